import type { ArgumentProblem } from './checks/argument-problem.js'
import { CommandLine } from './checks/command-line.js'
import { CONSOLE_CHECKS } from './checks/console-checks.js'
import { FIRST_BOOT_CHECKS } from './checks/first-boot-checks.js'
import { LEFTOVER_CHECKS } from './checks/leftover-checks.js'
import { LIST_CHECKS } from './checks/list-checks.js'
import { NETWORK_CHECKS } from './checks/network-checks.js'
import { ROOT_CHECKS } from './checks/root-checks.js'
import { SECURITY_CHECKS } from './checks/security-checks.js'

export type { ArgumentProblem, ProblemSeverity } from './checks/argument-problem.js'

const RULES = [
  ...LIST_CHECKS,
  ...ROOT_CHECKS,
  ...CONSOLE_CHECKS,
  ...FIRST_BOOT_CHECKS,
  ...NETWORK_CHECKS,
  ...SECURITY_CHECKS,
  ...LEFTOVER_CHECKS,
]

/** Every code that `checkArguments` can give. */
export const ARGUMENT_PROBLEM_CODES: readonly string[] = RULES.map((one) => one.code)

const WEIGHT = { error: 0, warning: 1, info: 2 } as const

/**
 * What is odd about a kernel command line, the gravest first. Never throws. A fix is meant for exactly this list:
 * after one of them is made, the list is checked anew.
 */
export function checkArguments(args: readonly string[]): ArgumentProblem[] {
  const line = new CommandLine(args)
  return RULES.flatMap((one) => one.check(line)).toSorted((one, other) => WEIGHT[one.severity] - WEIGHT[other.severity])
}
