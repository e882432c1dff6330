import type { Edit } from '../edits/edit.js'
import type { PlatformRow } from '../platforms/platform.js'
import type { HealthFacts } from './facts.js'
import type { Finding, FindingGroup, FindingSeverity } from './finding.js'

/** One thing that is looked at. It says `pass` where it looked and nothing is wrong, and nothing where it does not apply. */
export interface HealthCheck {
  /** `Finding.check` */
  readonly id: string
  readonly group: FindingGroup
  /** What it looks for, for a finding without words of its own: `EFI system partition has the right type`. */
  readonly title: string
  readonly run: (facts: HealthFacts, platform: PlatformRow | null) => readonly Verdict[]
}

export interface Verdict {
  readonly severity: FindingSeverity
  /** Default: the check's own; only for what passes, and for what could not be looked at. */
  readonly title?: string
  readonly text: string
  readonly evidence?: readonly string[]
  readonly fix?: readonly Edit[]
  readonly fixLabel?: string
  /** What tells it from other findings of the same check. */
  readonly about?: string | number
  readonly platformSpecific?: boolean
}

/** Nothing is wrong. */
export function pass(text: string, more: Omit<Verdict, 'severity' | 'text'> = {}): Verdict[] {
  return [{ severity: 'pass', text, ...more }]
}

/** It could not be looked at. */
export function notChecked(why: string, more: Omit<Verdict, 'severity' | 'text'> = {}): Verdict[] {
  return [{ severity: 'info', text: `This could not be checked: ${why}`, ...more }]
}

/** The findings of one check, each with an id of its own. */
export function runCheck(check: HealthCheck, facts: HealthFacts, platform: PlatformRow | null): Finding[] {
  const used = new Map<string, number>()
  return verdictsOf(check, facts, platform).map((verdict) => {
    const name = verdict.about === undefined ? check.id : `${check.id}:${verdict.about}`
    const twin = used.get(name) ?? 0
    used.set(name, twin + 1)
    const fix = [...(verdict.fix ?? [])]
    return {
      id: twin === 0 ? name : `${name}:${twin + 1}`,
      check: check.id,
      group: check.group,
      severity: verdict.severity,
      title: verdict.title ?? (verdict.severity === 'pass' ? check.title : `Not checked: ${check.title}`),
      text: verdict.text,
      evidence: [...(verdict.evidence ?? [])],
      fix,
      fixLabel: fix.length === 0 ? null : (verdict.fixLabel ?? 'Fix'),
      platformSpecific: verdict.platformSpecific ?? false,
    }
  })
}

/** A check that fails on what no image should hold is no reason to show nothing at all. */
function verdictsOf(check: HealthCheck, facts: HealthFacts, platform: PlatformRow | null): readonly Verdict[] {
  try {
    return check.run(facts, platform)
  } catch (thrown) {
    return notChecked(thrown instanceof Error ? thrown.message : String(thrown))
  }
}
