import { useMemo, useState } from 'react'

export interface Selection {
  /** Names. */
  readonly selected: ReadonlySet<string>
  /** The name that the keys act on; null while there is none. */
  readonly active: string | null
  /** Makes one name the only one. */
  only(name: string): void
  /** Adds a name, or takes it out. */
  toggle(name: string): void
  /** All from the anchor to this name. */
  extend(name: string): void
  all(): void
}

interface Chosen {
  readonly selected: ReadonlySet<string>
  readonly active: string | null
  /** Where a range begins. */
  readonly anchor: string | null
}

/** Which names of a list are chosen, as file managers do it: one, several by Ctrl, a range by Shift. */
export function useSelection(names: readonly string[], first: string | null): Selection {
  const [state, setState] = useState<Chosen>({ selected: new Set(first === null ? [] : [first]), active: first, anchor: first })
  const known = useMemo(() => new Set(names), [names])
  const active = state.active !== null && known.has(state.active) ? state.active : (names[0] ?? null)
  return {
    selected: new Set([...state.selected].filter((name) => known.has(name))),
    active,
    only: (name) => setState({ selected: new Set([name]), active: name, anchor: name }),
    toggle: (name) =>
      setState(({ selected }) => {
        const next = new Set(selected)
        if (!next.delete(name)) next.add(name)
        return { selected: next, active: name, anchor: name }
      }),
    extend: (name) =>
      setState(({ anchor }) => {
        const [from, to] = [names.indexOf(anchor ?? name), names.indexOf(name)].toSorted((a, b) => a - b)
        return { selected: new Set(names.slice(Math.max(0, from ?? 0), (to ?? 0) + 1)), active: name, anchor: anchor ?? name }
      }),
    all: () => setState({ selected: new Set(names), active, anchor: active }),
  }
}
