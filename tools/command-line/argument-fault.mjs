// What Node says of a wrong command line, as far as it helps.

/**
 * What is wrong, of what `parseArgs` threw. Where a command takes more than options Node adds advice about that, which opens
 * a quote that never ends and helps nobody who mistyped an option.
 * @param {unknown} error
 */
export function argumentFault(error) {
  const { message } = /** @type {Error} */ (error);
  return message.replace(/\. To specify a positional argument starting with .*$/s, '');
}
