// Checks Slack's Block Kit limits. A message that breaks one is refused as a whole, always with the same word.
import { isObject } from './vendor.ts';

type Json = Record<string, unknown>;

const MAX_BLOCKS = 50;
const unchecked = [
  'divider',
  'file',
  'input',
  'rich_text',
  'video',
  'table',
  'context_actions',
  'plan',
  'task_card',
];
const actionElements = [
  ...[
    'button',
    'checkboxes',
    'datepicker',
    'datetimepicker',
    'timepicker',
    'overflow',
    'radio_buttons',
    'workflow_button',
  ],
  ...['static_select', 'external_select', 'users_select', 'conversations_select', 'channels_select'],
  ...['multi_static_select', 'multi_users_select', 'multi_conversations_select', 'multi_channels_select'],
];

/** The first fault in the blocks of a message, or undefined. */
export function blockFault(blocks: unknown): string | undefined {
  return faults(blocks).next().value as string | undefined;
}

function* faults(blocks: unknown): Generator<string> {
  if (!Array.isArray(blocks)) return yield 'blocks must be a list';
  if (blocks.length > MAX_BLOCKS) yield `blocks: ${blocks.length} of at most ${MAX_BLOCKS}`;
  const ids = new Set<string>();
  for (const [at, block] of blocks.entries()) {
    const where = `blocks[${at}]`;
    if (!isObject(block)) return yield `${where} must be an object`;
    yield* length(block['block_id'], `${where}.block_id`, 255);
    if (typeof block['block_id'] === 'string') {
      if (ids.has(block['block_id'])) yield `${where}.block_id is used twice`;
      ids.add(block['block_id']);
    }
    const check = byType[String(block['type'])];
    if (check) yield* check(block, where);
    else if (!unchecked.includes(String(block['type'])))
      yield `${where}.type ${String(block['type'])} is not a block`;
  }
}

const byType: Record<string, (block: Json, where: string) => Generator<string>> = {
  *header(block, where) {
    yield* text(block['text'], `${where}.text`, 150, ['plain_text']);
  },
  *section(block, where) {
    const { fields, accessory } = block;
    if (block['text'] === undefined && fields === undefined) yield `${where} needs text or fields`;
    if (block['text'] !== undefined) yield* text(block['text'], `${where}.text`, 3000);
    if (fields !== undefined) {
      if (!Array.isArray(fields) || fields.length === 0 || fields.length > 10)
        return yield `${where}.fields must be 1 to 10`;
      for (const [at, field] of fields.entries()) yield* text(field, `${where}.fields[${at}]`, 2000);
    }
    if (accessory !== undefined)
      yield* element(accessory, `${where}.accessory`, [...actionElements, 'image']);
  },
  *actions(block, where) {
    const { elements } = block;
    if (!Array.isArray(elements) || elements.length === 0 || elements.length > 25)
      return yield `${where}.elements must be 1 to 25`;
    const ids = new Set<unknown>();
    for (const [at, part] of elements.entries()) {
      yield* element(part, `${where}.elements[${at}]`, actionElements);
      const id = isObject(part) ? part['action_id'] : undefined;
      if (id !== undefined && ids.has(id)) yield `${where}.elements[${at}].action_id is used twice`;
      ids.add(id);
    }
  },
  *context(block, where) {
    const { elements } = block;
    if (!Array.isArray(elements) || elements.length === 0 || elements.length > 10)
      return yield `${where}.elements must be 1 to 10`;
    for (const [at, part] of elements.entries()) {
      const place = `${where}.elements[${at}]`;
      if (isObject(part) && part['type'] === 'image') yield* image(part, place);
      else yield* text(part, place, 2000);
    }
  },
  *image(block, where) {
    yield* image(block, where);
    if (block['title'] !== undefined) yield* text(block['title'], `${where}.title`, 2000, ['plain_text']);
  },
  *markdown(block, where) {
    yield* length(block['text'], `${where}.text`, 12_000, true);
  },
};

function* element(part: unknown, where: string, allowed: string[]): Generator<string> {
  if (!isObject(part)) return yield `${where} must be an object`;
  if (!allowed.includes(String(part['type'])))
    return yield `${where}.type ${String(part['type'])} is not allowed here`;
  yield* length(part['action_id'], `${where}.action_id`, 255);
  if (part['type'] === 'image') yield* image(part, where);
  if (part['type'] !== 'button') return;
  yield* text(part['text'], `${where}.text`, 75, ['plain_text']);
  yield* length(part['value'], `${where}.value`, 2000);
  yield* length(part['url'], `${where}.url`, 3000);
  yield* length(part['accessibility_label'], `${where}.accessibility_label`, 75);
  if (part['url'] !== undefined && !URL.canParse(String(part['url']))) yield `${where}.url is not a URL`;
  if (!['primary', 'danger', undefined].includes(part['style'] as string | undefined))
    yield `${where}.style must be primary or danger`;
  if (isObject(part['confirm'])) {
    yield* text(part['confirm']['title'], `${where}.confirm.title`, 100, ['plain_text']);
    yield* text(part['confirm']['text'], `${where}.confirm.text`, 300);
    yield* text(part['confirm']['confirm'], `${where}.confirm.confirm`, 30, ['plain_text']);
    yield* text(part['confirm']['deny'], `${where}.confirm.deny`, 30, ['plain_text']);
  }
}

function* image(part: Json, where: string): Generator<string> {
  if (part['image_url'] === undefined && part['slack_file'] === undefined)
    yield `${where} needs image_url or slack_file`;
  yield* length(part['image_url'], `${where}.image_url`, 3000);
  yield* length(part['alt_text'], `${where}.alt_text`, 2000, true);
}

function* text(
  part: unknown,
  where: string,
  max: number,
  types = ['plain_text', 'mrkdwn'],
): Generator<string> {
  if (!isObject(part)) return yield `${where} must be a text object`;
  if (!types.includes(String(part['type']))) yield `${where}.type must be ${types.join(' or ')}`;
  if (part['emoji'] !== undefined && (part['type'] !== 'plain_text' || typeof part['emoji'] !== 'boolean'))
    yield `${where}.emoji is for plain_text only`;
  yield* length(part['text'], `${where}.text`, max, true);
}

function* length(value: unknown, where: string, max: number, required = false): Generator<string> {
  if (value === undefined && !required) return;
  if (typeof value !== 'string') return yield `${where} must be text`;
  if (required && value.length === 0) yield `${where} must not be empty`;
  if (value.length > max) yield `${where}: ${value.length} of at most ${max} characters`;
}
