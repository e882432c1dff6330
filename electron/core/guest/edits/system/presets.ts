import { presetFor, readPreset } from '#shared/system/unit-files'
import type { EditContext } from '../edit-handler.js'
import type { GuestSystem } from './guest-system.js'

interface UnitState {
  readonly unit: string
  readonly state: 'enabled' | 'disabled'
  readonly scope: 'system' | 'user'
}

/**
 * A first boot, which systemd sees by the machine id, sets every unit to what presets say (systemd.preset(5)): then they have the last
 * word, and that is worth telling.
 */
export async function notePresets(
  { note }: Pick<EditContext, 'note'>,
  system: GuestSystem,
  { unit, state, scope }: UnitState,
): Promise<void> {
  if (scope !== 'system') return
  const id = (await system.text('/etc/machine-id'))?.trim()
  if (id !== undefined && id !== 'uninitialized') return
  const says = presetFor(unit, await readPresets(system))
  if (says === 'ignore' || says === state.slice(0, -1)) return
  const ending = state === 'disabled' ? 'mask it to keep it from starting' : `add a preset: enable ${unit}`
  note(`At the first boot systemd applies presets, and they ${says} ${unit}: ${ending}.`)
}

/** Files of /etc take the place of those of the same name in /usr/lib; their order is that of their names. */
async function readPresets(system: GuestSystem): Promise<ReturnType<typeof readPreset>> {
  const files = new Map<string, string>()
  for (const folder of ['/usr/lib/systemd/system-preset', '/lib/systemd/system-preset', '/etc/systemd/system-preset']) {
    for (const { name } of await system.list(folder)) if (name.endsWith('.preset')) files.set(name, `${folder}/${name}`)
  }
  const inOrder = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const texts = await Promise.all(inOrder.map(([, file]) => system.text(file)))
  return texts.flatMap((text) => readPreset(text ?? ''))
}
