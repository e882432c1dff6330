/** Sections of an INI file by name, and their settings. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * INI as the AWS tools and botocore read `~/.aws/config`: `[section]`, `name = value`, comments in lines of their own that start with `#` or `;`, or
 * after a blank. Settings that belong to another one are indented beneath it: they are named `outer.inner`.
 */
export function readIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>()
  let settings: Map<string, string> | null = null
  let outer: string | null = null
  for (const line of text.split(/\r?\n/)) {
    const bare = line.replace(/(^|\s)[#;].*$/, '').trimEnd()
    if (bare.trim() === '') continue
    const title = /^\[([^\]]*)\]/.exec(bare)?.[1]
    if (title !== undefined) {
      const name = title.trim().replaceAll(/["']/g, '')
      settings = sections.get(name) ?? new Map<string, string>()
      sections.set(name, settings)
      outer = null
      continue
    }
    const [, indent = '', name = '', value = ''] = /^(\s*)([^=]+?)\s*=\s*(.*)$/.exec(bare) ?? []
    if (settings === null || name === '') continue
    if (indent !== '' && outer !== null) settings.set(`${outer}.${name}`, value)
    else {
      settings.set(name, value)
      outer = value === '' ? name : null
    }
  }
  return sections
}
