// Which event types go before others. Priorities rank what is in memory; these are asked for in the ledger as well, where
// they may wait behind thousands of others.

/** The types above the lowest priority among these, the most urgent first. None where all are alike. */
export function urgentAmong(types: readonly string[], priorityOf: (type: string) => number): string[] {
  const lowest = Math.min(...types.map(priorityOf));
  return types.filter((type) => priorityOf(type) > lowest).sort((a, b) => priorityOf(b) - priorityOf(a));
}
