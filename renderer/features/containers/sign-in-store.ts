import { create } from 'zustand'

interface SignInStore {
  /** Registry that the dialog is about, empty where it asks for one too; null while it is closed. */
  readonly registry: string | null
  /** Goes on with what was refused. */
  readonly goOn: () => void
  ask(registry: string, goOn?: () => void): void
  close(): void
}

const nothing = (): void => {}

/** The sign-in dialog: it may stand above another one, which then goes on. */
export const useSignInStore = create<SignInStore>()((set) => ({
  registry: null,
  goOn: nothing,
  ask: (registry, goOn = nothing) => set({ registry, goOn }),
  close: () => set({ registry: null, goOn: nothing }),
}))
