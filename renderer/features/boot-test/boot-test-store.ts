import { create } from 'zustand'
import type { Edit } from '#shared/edits/edit'
import type { RecipeBootTest } from '#shared/recipes/recipe-boot-test'
import type { BootTestChoices } from './boot-test-choices.js'
import type { StartedTest, StartedTests } from './boot-tests.js'

/** What is shown of a guest. */
export type GuestView = 'serial' | 'text' | 'screen' | 'ssh'

/** The boot test that a recipe asks for which was staged on an image. */
export interface RecipeTest {
  /** Of the recipe. */
  readonly name: string
  /** Those that the recipe staged: without any of them it has nothing to ask for. */
  readonly edits: readonly Edit[]
  readonly bootTest: RecipeBootTest
  /** The job that has run it last; null before. */
  readonly job: string | null
}

interface BootTestStore {
  /** The job that the Boot test tab of an image shows; the newest one where none was asked for. */
  readonly shown: Readonly<Record<string, string>>
  /** What was chosen for an image last. */
  readonly choices: Readonly<Record<string, BootTestChoices>>
  /** Tests of this window, as they were asked for: records leave secrets out. */
  readonly started: StartedTests
  /** By image. */
  readonly recipes: Readonly<Record<string, RecipeTest>>
  /** It stays when the user goes elsewhere and comes back. */
  readonly view: GuestView
  look(view: GuestView): void
  show(path: string, job: string): void
  /** A test was started: it is shown. */
  begin(job: string, input: StartedTest): void
  choose(path: string, choices: BootTestChoices): void
  /** A recipe that asks for a boot test was staged, or its test was begun. */
  ask(path: string, test: RecipeTest): void
  forget(path: string): void
}

function without<T>(record: Readonly<Record<string, T>>, path: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([known]) => known !== path))
}

export const useBootTestStore = create<BootTestStore>()((set) => ({
  shown: {},
  choices: {},
  started: {},
  recipes: {},
  view: 'serial',
  look: (view) => set({ view }),
  show: (path, job) => set(({ shown }) => ({ shown: { ...shown, [path]: job } })),
  begin: (job, input) => set(({ shown, started }) => ({ shown: { ...shown, [input.source]: job }, started: { ...started, [job]: input } })),
  choose: (path, chosen) => set(({ choices }) => ({ choices: { ...choices, [path]: chosen } })),
  ask: (path, test) => set(({ recipes }) => ({ recipes: { ...recipes, [path]: test } })),
  forget: (path) =>
    set(({ shown, choices, started, recipes }) => ({
      shown: without(shown, path),
      choices: without(choices, path),
      recipes: without(recipes, path),
      started: Object.fromEntries(Object.entries(started).filter(([, { source }]) => source !== path)),
    })),
}))
