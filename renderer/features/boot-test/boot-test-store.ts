import { create } from 'zustand'
import type { BootTestChoices } from './boot-test-choices.js'
import type { StartedTest, StartedTests } from './boot-tests.js'

/** What is shown of a guest. */
export type GuestView = 'serial' | 'text' | 'screen' | 'ssh'

interface BootTestStore {
  /** The job that the Boot test tab of an image shows; the newest one where none was asked for. */
  readonly shown: Readonly<Record<string, string>>
  /** What was chosen for an image last. */
  readonly choices: Readonly<Record<string, BootTestChoices>>
  /** Tests of this window, as they were asked for: records leave secrets out. */
  readonly started: StartedTests
  /** It stays when the user goes elsewhere and comes back. */
  readonly view: GuestView
  look(view: GuestView): void
  show(path: string, job: string): void
  /** A test was started: it is shown. */
  begin(job: string, input: StartedTest): void
  choose(path: string, choices: BootTestChoices): void
  forget(path: string): void
}

function without<T>(record: Readonly<Record<string, T>>, path: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([known]) => known !== path))
}

export const useBootTestStore = create<BootTestStore>()((set) => ({
  shown: {},
  choices: {},
  started: {},
  view: 'serial',
  look: (view) => set({ view }),
  show: (path, job) => set(({ shown }) => ({ shown: { ...shown, [path]: job } })),
  begin: (job, input) => set(({ shown, started }) => ({ shown: { ...shown, [input.source]: job }, started: { ...started, [job]: input } })),
  choose: (path, chosen) => set(({ choices }) => ({ choices: { ...choices, [path]: chosen } })),
  forget: (path) =>
    set(({ shown, choices, started }) => ({
      shown: without(shown, path),
      choices: without(choices, path),
      started: Object.fromEntries(Object.entries(started).filter(([, { source }]) => source !== path)),
    })),
}))
