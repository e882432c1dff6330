import type { z } from 'zod'
import type { fieldChoiceSchema } from '#shared/clouds/field'

/** A choice as it comes from the core. */
export type RemoteChoice = z.infer<typeof fieldChoiceSchema>

/** Choices whose words hold what was typed; all of them for nothing. */
export function matchingChoices(choices: readonly RemoteChoice[], typed: string): RemoteChoice[] {
  const word = typed.trim().toLowerCase()
  return choices.filter(({ value, label, help = '' }) => [value, label, help].some((text) => text.toLowerCase().includes(word)))
}

/** What a typed text stands for: the choice that is called so, else the text itself. */
export function valueOfText(choices: readonly RemoteChoice[], typed: string): string {
  const word = typed.trim()
  const byValue = choices.find(({ value }) => value === word)
  const byLabel = choices.filter(({ label }) => label.toLowerCase() === word.toLowerCase())
  // Two of the same name are told apart by choosing, not by typing.
  return byValue?.value ?? (byLabel.length === 1 ? (byLabel[0]?.value ?? word) : word)
}
