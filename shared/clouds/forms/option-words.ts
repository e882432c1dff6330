/** Options of a command line: `--name value` for each that is not empty, `--name` for what is true. */
export function optionWords(options: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === '' || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}`, String(value)]
  })
}
