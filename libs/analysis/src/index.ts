export type { Analyser, Analysis, EventToAnalyse, Vocabulary } from './analyser.ts';
export { beginningOf } from './cut.ts';
export { priorityOf } from './judgement.ts';
export { LocalAnalyser, type LocalAnalyserOptions } from './local-analyser.ts';
export { maskPersonalData } from './mask.ts';
export { type Message, messagesOf } from './messages.ts';
