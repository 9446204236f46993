// Results as a table. A row: {name, values: {column: number | string}, ratio?, target?}. `ratio` is ours to the peer's.

const number = value =>
  typeof value === 'number'
    ? value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value.toFixed(2)
    : value;

/** Text lines of one section: {title, note?, columns, rows}. `target` is {most} or {least} for the ratio. */
export function renderSection({ title, note, columns, rows }) {
  const head = ['', ...columns, 'ratio', 'target'];
  const body = rows.map(({ name, values, ratio, target }) => [
    name,
    ...columns.map(column => number(values[column] ?? '')),
    ratio === undefined ? '' : `${number(ratio)}x`,
    target === undefined || ratio === undefined ? '' : verdict(ratio, target),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map(cells => String(cells[column]).length)));
  const line = cells =>
    cells
      .map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [
    title,
    ...(note ? [note] : []),
    '',
    line(head),
    line(widths.map(width => '-'.repeat(width))),
    ...body.map(line),
    '',
  ];
}

function verdict(ratio, { most, least }) {
  const holds = most !== undefined ? ratio <= most : ratio >= least;
  return `${most !== undefined ? `<= ${most}` : `>= ${least}`} ${holds ? 'ok' : 'MISSED'}`;
}
