export interface StepParts {
  readonly words: string
  readonly changes: readonly { readonly arg: string; readonly state: 'added' | 'removed' }[]
}

/** `Retarget to Microsoft Azure: - quiet, + rootdelay=300` taken apart; a step without such changes is words alone. */
export function stepParts(step: string): StepParts {
  const at = step.search(/: [-+] /)
  if (at < 0) return { words: step, changes: [] }
  const changes = step
    .slice(at + 2)
    .split(/, (?=[-+] )/)
    .map((change) => ({ arg: change.slice(2), state: change.startsWith('+') ? ('added' as const) : ('removed' as const) }))
  return { words: step.slice(0, at), changes }
}
