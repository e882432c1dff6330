import { type BootPhase, PHASE_TITLES, phaseOf } from './boot-phases.js'
import type { BootEvidence, BootPhaseMark, BootVerdict } from './boot-test-report.js'
import type { BootExpectations } from './boot-test-request.js'
import { FAIL_TABLE, type FailRule } from './fail-table.js'
import { READY_SETS, type ReadySetId } from './ready-sets.js'

/** Notes beside the verdict: the first ones tell enough. */
const MAX_NOTES = 20
/** Evidence is for reading. */
const MAX_SHOWN = 400

/** What the kernel's command line has to tell of the entry that boots. */
export interface WantedArguments {
  readonly present: readonly string[]
  readonly absent: readonly string[]
}

export interface JudgeRequest {
  readonly expect: BootExpectations
  readonly wanted: WantedArguments
}

export interface Judgement {
  readonly verdict: BootVerdict
  readonly reason: string
}

/** What a line is compared with. */
export interface LinePattern {
  /** Throws `SlowExpression`. */
  test(line: string): boolean
}

/** An expression of the user's that would take for ever on what a guest wrote. */
export class SlowExpression extends Error {}

type Rule = Omit<FailRule, 'pattern'> & { readonly pattern: LinePattern }

interface Wish {
  readonly rule: string
  readonly title: string
  matches(line: string): boolean
}

/**
 * Judges a boot by what it says on its serial console, line by line; it knows no clock but the seconds that it is told. The first
 * row that tells of a failure ends it, and so does the last wish that comes true.
 */
export class BootJudge {
  readonly evidence: BootEvidence[] = []
  readonly timeline: BootPhaseMark[] = []
  restarts = 0
  private readonly wishes: Set<Wish>
  private readonly rules: readonly Rule[]
  private readonly silentAfter: LinePattern | null
  private judgement: Judgement | null = null
  private phase: BootPhase | null = null
  private lineCount = 0
  private mayBeSilent = false
  private lastSaid = ''

  constructor(
    private readonly request: JudgeRequest,
    private readonly onPhase: (phase: BootPhase) => void = () => {},
    /** Of the user's expressions. */
    compile: (expression: string) => LinePattern = (expression) => new RegExp(expression),
  ) {
    const { expect } = request
    this.wishes = new Set([
      ...expect.ready.map((id) => this.wishOf(id)),
      ...expect.patterns.map((text) => expressionWish(text, compile(text))),
    ])
    const own = expect.fail.map((text): Rule => {
      return {
        id: 'expression',
        title: `A line matches ${text}`,
        pattern: compile(text),
        severity: 'fail',
        prompt: true,
        source: 'given',
      }
    })
    this.rules = [...own, ...FAIL_TABLE.filter(({ id }) => !expect.ignore.includes(id))]
    this.silentAfter = expect.silence?.after === undefined ? null : compile(expect.silence.after)
  }

  get expect(): BootExpectations {
    return this.request.expect
  }

  get verdict(): Judgement | null {
    return this.judgement
  }

  /** Titles of what is wanted and was not seen yet. */
  get missing(): string[] {
    return [...this.wishes].map(({ title }) => title)
  }

  /** Silence of the guest counts from now on. */
  get listensForSilence(): boolean {
    return this.mayBeSilent && this.judgement === null
  }

  /** A whole line. After the verdict nothing changes any more. */
  line(text: string, seconds: number): void {
    this.lineCount += 1
    this.lastSaid = text
    this.look(text, seconds, false)
  }

  /** The row that the cursor stands in, when the guest has stopped to write: a prompt ends with no newline. */
  partial(text: string, seconds: number): void {
    if (text !== '') this.look(text, seconds, true)
  }

  /** The guest restarted itself. */
  restarted(seconds: number): void {
    if (this.judgement) return
    this.restarts += 1
    this.phase = null
    const { restarts } = this.request.expect
    if (this.restarts > restarts) this.end('fail', `The guest restarted ${this.restarts === 1 ? 'once' : `${this.restarts} times`}.`)
    else this.add({ kind: 'note', rule: 'restart', title: 'The guest restarted' }, this.lastSaid, seconds)
  }

  /** The guest switched itself off, or its processor stopped for good. */
  stopped(how: string): void {
    this.end('fail', `${how} before ${this.waitedFor()}.`)
  }

  /** The user has seen enough, and keeps the machine as it is. */
  keptEarly(): void {
    this.end('none', 'The test was ended before it had come to a verdict, to keep the disk of the machine.')
  }

  timedOut(seconds: number): void {
    this.end('timeout', `After ${seconds} s there was still not: ${this.missing.join('; ')}.${this.lastWords()}`)
  }

  fellSilent(seconds: number): void {
    this.end('timeout', `The guest said nothing for ${seconds} s; there was not: ${this.missing.join('; ')}.${this.lastWords()}`)
  }

  private look(text: string, seconds: number, isPartial: boolean): void {
    if (this.judgement) return
    try {
      this.compare(text, seconds, isPartial)
    } catch (thrown) {
      if (!(thrown instanceof SlowExpression)) throw thrown
      this.end('fail', `${thrown.message}.`)
    }
  }

  private compare(text: string, seconds: number, isPartial: boolean): void {
    this.mayBeSilent ||= this.silentAfter === null || this.silentAfter.test(text)
    this.markPhase(text, seconds, isPartial)
    const rule = this.rules.find(({ pattern, prompt }) => (!isPartial || prompt === true) && pattern.test(text))
    if (rule?.severity === 'fail') {
      this.add({ kind: 'fail', rule: rule.id, title: rule.title }, text, seconds)
      this.end('fail', `${rule.title}.`)
      return
    }
    if (rule && !isPartial) this.add({ kind: 'note', rule: rule.id, title: rule.title }, text, seconds)
    this.refuteArguments(text, seconds, isPartial)
    for (const wish of this.wishes) if (wish.matches(text)) this.fulfil(wish, text, seconds)
    if (this.wishes.size === 0 && !this.judgement) this.end('pass', 'The guest came as far as was wanted.')
  }

  private fulfil(wish: Wish, text: string, seconds: number): void {
    this.wishes.delete(wish)
    this.add({ kind: 'ready', rule: wish.rule, title: wish.title }, text, seconds)
  }

  /** The kernel's own word on its arguments, where it is not what was edited: another entry booted, or the edit does not reach it. */
  private refuteArguments(text: string, seconds: number, isPartial: boolean): void {
    if (isPartial || !/\bKernel command line: /.test(text) || !this.request.expect.ready.includes('cmdline')) return
    if (hasArguments(text, this.request.wanted)) return
    const title = "The kernel's command line is not the edited one"
    this.add({ kind: 'fail', rule: 'cmdline', title }, text, seconds)
    this.end('fail', `${title}.`)
  }

  /** Half a line can tell less than the whole one; a prompt never gets longer. */
  private markPhase(text: string, seconds: number, isPartial: boolean): void {
    const phase = phaseOf(text, this.phase)
    if (phase === undefined || (isPartial && phase !== 'login')) return
    this.phase = phase
    this.timeline.push({ phase, seconds, line: shorten(text) })
    this.onPhase(phase)
  }

  private wishOf(id: ReadySetId): Wish {
    const { title, pattern } = READY_SETS[id]
    const { wanted } = this.request
    return { rule: id, title, matches: (line) => (pattern === null ? hasArguments(line, wanted) : pattern.test(line)) }
  }

  private add(what: Pick<BootEvidence, 'kind' | 'rule' | 'title'>, text: string, seconds: number): void {
    if (what.kind === 'note' && this.evidence.filter(({ kind }) => kind === 'note').length >= MAX_NOTES) return
    this.evidence.push({ ...what, line: shorten(text), lineNumber: Math.max(1, this.lineCount), seconds })
  }

  private end(verdict: BootVerdict, reason: string): void {
    this.judgement ??= { verdict, reason }
  }

  private waitedFor(): string {
    return this.missing.map((title) => title.charAt(0).toLowerCase() + title.slice(1)).join('; ')
  }

  private lastWords(): string {
    const where = this.phase === null ? '' : ` It had come to: ${PHASE_TITLES[this.phase]}.`
    return this.lastSaid === '' ? `${where} It said nothing on its serial console.` : where
  }
}

function expressionWish(text: string, pattern: LinePattern): Wish {
  return { rule: 'expression', title: `A line matches ${text}`, matches: (line) => pattern.test(line) }
}

/** What begins a line that tells a command line: the kernel's own words, or what boot loaders put before the arguments. */
const TELLS_ARGUMENTS = /\b[Cc]ommand line: |\bBooted with: |\bBOOT_IMAGE=|\binitrd=/

function hasArguments(line: string, { present, absent }: WantedArguments): boolean {
  if (!TELLS_ARGUMENTS.test(line)) return false
  const words = new Set(line.split(/\s+/))
  return present.every((arg) => arg.split(/\s+/).every((word) => words.has(word))) && !absent.some((arg) => words.has(arg))
}

function shorten(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`
}
