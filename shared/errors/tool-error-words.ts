import type { ErrorRow } from './describe-error.js'

/** Words for failures of tools, engines, jobs and requests. */
export const TOOL_ERROR_WORDS = {
  cancelled: () => ({
    title: 'Cancelled',
    detail: 'The work was stopped on request. What it had begun to write was removed; the source was not changed.',
    next: 'Start it again when you want to.',
  }),
  'bad-input': (facts) => ({
    title: 'The request cannot be used as it is',
    detail: `${sentence(facts.text(['reason', 'message', 'problem', 'issues'], 'A value is missing or has the wrong form'))} Nothing was started or changed.`,
    next: 'Correct the value and try again.',
  }),
  internal: (facts) => ({
    title: 'Diskwright met an error of its own',
    detail: `${sentence(facts.text(['message', 'reason'], 'The cause is not known'))} The source was not changed.`,
    next: 'Try again. If it comes back, report it with the technical details.',
  }),
  'tool-missing': (facts) => ({
    title: `${facts.text(['tool'], 'A tool')} is not installed`,
    detail: `Diskwright needs ${facts.text(['tool'], 'this tool')}${facts.has('package') ? ` from the package ${facts.text(['package'], '')}` : ''} for this and did not find it. Nothing was changed.`,
    next: 'Install it with the command that Tools shows, then try again.',
  }),
  'tool-failed': (facts) => {
    const said = facts.lastLine() || facts.text(['problem', 'message', 'reason'], '')
    return {
      title: `${facts.text(['tool'], 'A tool')} failed`,
      detail: `${said === '' ? 'It ended without saying why.' : sentence(`It said: ${said}`)} What it had begun to write was removed; the source was not changed.`,
      next: 'Read its full output in the technical details; the command there can be run by hand.',
    }
  },
  'tool-timeout': (facts) => {
    const seconds = facts.number('seconds')
    return {
      title: `${facts.text(['tool'], 'A tool')} took too long`,
      detail: `It was stopped${seconds === null ? '' : ` after ${seconds} s`} because it gave no answer. A damaged image, a slow disk or a busy machine can cause that. The source was not changed.`,
      next: 'Try again when the machine is less busy; if it stops again, the image may be damaged.',
    }
  },
  'engine-unavailable': (facts) => ({
    title: `The engine ${facts.text(['engine'], 'for writing into images')} cannot be used here`,
    detail: `${sentence(facts.text(['reason', 'problem'], 'What it needs is missing on this machine'))} Nothing was changed.`,
    next: 'Choose another engine, or install what Tools names as missing.',
  }),
  'engine-failed': (facts) => ({
    title: `The engine ${facts.text(['engine'], 'that writes into the image')} failed`,
    detail: `${sentence(facts.text(['reason', 'problem', 'message'], facts.lastLine() || 'It ended before all edits were written'))} It worked on a throw-away copy, which was removed; the source was not changed.`,
    next: 'Try again, or choose another engine in Settings.',
  }),
  'not-enough-memory': (facts) => ({
    title: 'There is too little free memory',
    detail: `The test machine needs ${facts.size('neededBytes')}, and ${facts.size('freeBytes')} are free${
      facts.has('promisedBytes') ? `, of which other boot tests will take ${facts.size('promisedBytes')}` : ''
    }. Nothing was started or changed.`,
    next: 'Give it less memory, or end other programs first.',
  }),
  'job-not-found': (facts) => ({
    title: 'There is no such job',
    detail: `No job${facts.aside(['job', 'id'])} is in the history; it may have been removed. Nothing was changed.`,
    next: 'Look at the list of jobs for the ones that are there.',
  }),
  interrupted: (facts) =>
    facts.text(['began'], '') === 'no'
      ? {
          title: 'It never began',
          detail: 'Diskwright or the machine stopped while this still waited in the queue. Nothing was read or written.',
          next: 'Start it again.',
        }
      : {
          title: 'The work was interrupted',
          detail: 'Diskwright or the machine stopped before it had ended. No output was given its final name; the source was not changed.',
          next: 'Start it again. Leftover part files can be cleaned up at the same place.',
        },
} satisfies Record<string, ErrorRow>

/** Ends a cause with a full stop and starts it with a capital. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  const ended = /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
  // Names of files, tools, options and images keep their case.
  return /^[a-z]+(?=[\s,.:;!?…])(?![.:]\S)/.test(ended) ? ended.charAt(0).toUpperCase() + ended.slice(1) : ended
}
