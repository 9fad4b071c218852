// What Node says of a wrong command line, as far as it helps.

/**
 * What is wrong in words, of what `parseArgs` threw. Its advice about positional arguments opens a quote that never ends,
 * and is of no use where options are all there is.
 * @param {unknown} error
 */
export function argumentFault(error) {
  const { message } = /** @type {Error} */ (error);
  return message.replace(/\. To specify a positional argument starting with .*$/s, '');
}
