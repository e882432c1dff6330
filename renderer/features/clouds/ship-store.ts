import { create } from 'zustand'
import type { FieldValue, FieldValues } from '#shared/clouds/field'
import { providerForm } from '#shared/clouds/forms'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { UploadInput } from '#shared/clouds/upload-request'
import type { CallOutput } from '#shared/contract'
import { type Draft, keptDraft, keptShipSchema, keptValues, nameKey, newDraft, valuesOf } from './draft.js'
import { onStaged, stageAgain, stagedOn } from './draft-edits.js'
import { isBefore, type StepId, stepOfField } from './ship-steps.js'

const STORAGE_KEY = 'diskwright.ship'
const MOST_DRAFTS = 50
const MOST_NAMES = 500

interface ShipStore {
  /** By path of the file; what was changed last comes last. */
  readonly drafts: Readonly<Record<string, Draft>>
  readonly accounts: Draft['values']
  /** What values of lists are called, by `nameKey`. */
  readonly names: Readonly<Record<string, string>>
  /** The file whose upload shows; null where all of them are listed. */
  readonly active: string | null
  /** A field to go to when its step shows. */
  readonly wanted: string | null
  /** Begins with these files, or goes on where they were left; the first one shows. */
  ship(paths: readonly string[]): void
  /** Shows a job that runs, or ran; what it was asked for becomes the draft of its file. */
  showJob(job: string, input: UploadInput): void
  /** Fills the form with what an upload that broke off was asked for; it shows at what is missing, or at the checks. */
  reopen(review: CallOutput<'clouds.reviewUpload'>, retarget: boolean): void
  list(): void
  change(path: string, part: Partial<Omit<Draft, 'path' | 'values'>>): void
  choose(path: string, provider: ProviderId): void
  fill(path: string, values: FieldValues): void
  go(path: string, step: StepId, field?: string): void
  /** The account of the draft is offered for the next upload. */
  remember(path: string, account: FieldValues): void
  /** What a value of a list is called. */
  name(provider: ProviderId, field: string, choice: { readonly value: string; readonly label: string }): void
  forget(path: string): void
}

type Kept = Pick<ShipStore, 'drafts' | 'accounts' | 'names'>

/** What was written down last; nothing of it when it makes no sense. */
export function readKept(): Kept {
  try {
    const kept = keptShipSchema.parse(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? ''))
    return { drafts: Object.fromEntries(kept.drafts.map((draft) => [draft.path, draft])), accounts: kept.accounts, names: kept.names }
  } catch {
    return { drafts: {}, accounts: {}, names: {} }
  }
}

function writeKept({ drafts, accounts, names }: Kept): void {
  const kept = { drafts: Object.values(drafts).slice(-MOST_DRAFTS).map(keptDraft), accounts: keptValues(accounts), names }
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(kept))
  } catch {
    // A browser keeps a few MiB; edits can be larger, and all else is worth more than none of it.
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...kept, drafts: kept.drafts.map((draft) => ({ ...draft, staged: [] })) }))
  }
}

/** What was filled in for uploads. It outlasts the window; secrets are never in it, and references to those of a session are not kept. */
export const useShipStore = create<ShipStore>()((set) => {
  const changeDraft = (path: string, next: (draft: Draft, store: ShipStore) => Draft) =>
    set((store) => {
      const { [path]: known = begun(path), ...others } = store.drafts
      return { drafts: { ...others, [path]: next(known, store) } }
    })
  return {
    ...readKept(),
    active: null,
    wanted: null,
    ship: (paths) => {
      set(({ drafts, active }) => ({
        drafts: { ...Object.fromEntries([...new Set(paths)].map((path) => [path, begun(path)])), ...drafts },
        active: paths[0] ?? active,
        wanted: null,
      }))
      for (const path of paths) restage(path)
    },
    showJob: (job, { upload, provider, facts, values }) =>
      set(({ drafts }) => {
        const { [facts.path]: known = begun(facts.path), ...others } = drafts
        const draft =
          known.job === job
            ? known
            : { ...known, upload, provider, job, again: [], lostEdits: 0, values: { ...known.values, [provider]: values } }
        return { drafts: { ...others, [facts.path]: { ...draft, step: 'run', reached: 'run' } }, active: facts.path }
      }),
    reopen: ({ input: { upload, provider, facts, values }, lostEdits, lostSecrets }, retarget) =>
      set(({ drafts }) => {
        const { [facts.path]: known = begun(facts.path), ...others } = drafts
        const [wanted = null] = lostSecrets
        const step = (wanted === null ? null : stepOfField(wanted, providerForm(provider).fields(values, facts))) ?? 'check'
        const draft: Draft = {
          ...known,
          upload,
          provider,
          retarget,
          step,
          lostEdits,
          values: { ...known.values, [provider]: values },
          reached: 'check',
          job: null,
          reopened: true,
          again: lostSecrets,
        }
        return { drafts: { ...others, [facts.path]: draft }, active: facts.path, wanted }
      }),
    list: () => set({ active: null, wanted: null }),
    change: (path, part) => changeDraft(path, (draft) => ({ ...draft, ...part })),
    choose: (path, provider) =>
      changeDraft(path, (draft, { accounts }) => ({
        ...draft,
        provider,
        retarget: draft.provider === provider && draft.retarget,
        again: draft.provider === provider ? draft.again : [],
        values: { ...draft.values, [provider]: draft.values[provider] ?? accounts[provider] ?? {} },
      })),
    fill: (path, values) =>
      changeDraft(path, (draft) =>
        draft.provider === null ? draft : { ...draft, values: { ...draft.values, [draft.provider]: { ...valuesOf(draft), ...values } } },
      ),
    go: (path, step, field) => {
      changeDraft(path, (draft) => ({ ...draft, step, reached: isBefore(draft.reached, step) ? step : draft.reached }))
      set({ wanted: field ?? null })
    },
    remember: (path, account) =>
      set(({ drafts, accounts }) => {
        const provider = drafts[path]?.provider ?? null
        return provider === null ? {} : { accounts: { ...accounts, [provider]: account } }
      }),
    name: (provider, field, { value, label }) =>
      set((store) => {
        const key = nameKey(provider, field, value)
        if (label === value || store.names[key] === label) return store
        const { [key]: _, ...others } = store.names
        return { names: Object.fromEntries([...Object.entries(others), [key, label]].slice(-MOST_NAMES)) }
      }),
    forget: (path) =>
      set(({ drafts, active }) => ({
        drafts: Object.fromEntries(Object.entries(drafts).filter(([known]) => known !== path)),
        active: active === path ? null : active,
      })),
  }
})

useShipStore.subscribe((store, before) => {
  if (store.drafts !== before.drafts || store.accounts !== before.accounts || store.names !== before.names) writeKept(store)
})

onStaged((path) => {
  const { drafts, change } = useShipStore.getState()
  if (drafts[path] !== undefined) change(path, { staged: [...stagedOn(path)] })
})

function begun(path: string): Draft {
  return newDraft(path, stagedOn(path))
}

function restage(path: string): void {
  const { drafts, change } = useShipStore.getState()
  const draft = drafts[path]
  const lostEdits = draft === undefined ? 0 : stageAgain(draft)
  if (lostEdits > 0) change(path, { lostEdits })
}

/** The value of one field. */
export function fillField(path: string, id: string, value: FieldValue): void {
  useShipStore.getState().fill(path, { [id]: value })
}
