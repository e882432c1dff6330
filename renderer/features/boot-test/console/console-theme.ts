import type { ConsoleTheme } from '#shared/boot-test/console-messages'

/** What the tokens say, for a document that does not know them. A console is dark in both themes. */
export function consoleTheme(): ConsoleTheme {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string, usual: string): string => style.getPropertyValue(`--dw-terminal${name}`).trim() || usual
  return {
    background: token('', '#0d1117'),
    text: token('-text', '#d7dee5'),
    dim: token('-dim', '#8b96a1'),
    green: token('-green', '#6fd08c'),
    red: token('-red', '#ff8a80'),
    amber: token('-amber', '#e6b450'),
  }
}
