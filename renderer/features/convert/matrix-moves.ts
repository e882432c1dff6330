export interface MatrixPlace {
  readonly row: number
  readonly column: number
}

/** Reads `ROW COLUMN`; null for what is no cell. */
export function splitPlace(text: string | undefined): MatrixPlace | null {
  const [row, column] = (text ?? '').split(' ').map(Number)
  return text === undefined || row === undefined || column === undefined ? null : { row, column }
}

/** Where a key leads from a cell, never out of the table; null for keys that lead nowhere (ARIA Authoring Practices, grid). */
export function step(from: MatrixPlace, key: string, ctrl: boolean, rows: number, columns: number): MatrixPlace | null {
  const to = target(from, key, ctrl, rows, columns)
  if (to === null) return null
  return { row: Math.min(rows - 1, Math.max(0, to.row)), column: Math.min(columns - 1, Math.max(0, to.column)) }
}

function target({ row, column }: MatrixPlace, key: string, ctrl: boolean, rows: number, columns: number): MatrixPlace | null {
  switch (key) {
    case 'ArrowUp':
      return { row: row - 1, column }
    case 'ArrowDown':
      return { row: row + 1, column }
    case 'ArrowLeft':
      return { row, column: column - 1 }
    case 'ArrowRight':
      return { row, column: column + 1 }
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 }
    case 'End':
      return { row: ctrl ? rows - 1 : row, column: columns - 1 }
    case 'PageUp':
      return { row: 0, column }
    case 'PageDown':
      return { row: rows - 1, column }
    default:
      return null
  }
}
