import { explainArgument } from '#shared/boot/arguments/explain-argument'

/** What a chip says when it is pointed at: how it is written, what it does, what its value means, who says so. Undefined for the unknown. */
export function explainArg(arg: string): string | undefined {
  const help = explainArgument(arg)
  if (help === null) return undefined
  const meaning = help.meaning === null ? [] : [`Here: ${help.meaning}`]
  return [help.values, help.summary, ...meaning, `Source: ${help.source}`].join('\n')
}
