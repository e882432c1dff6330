import type { EngineId } from '#shared/jobs/job-requests'
import type { EngineReport } from '#shared/tools/doctor'
import type { Host } from '../process/host.js'
import type { Engine } from './engine.js'
import { guestfishEngine } from './engines/guestfish.js'
import { umlEngine } from './engines/uml.js'

/** Best first: a kernel as a process starts in a second, an appliance in five to thirty. */
const BY_PREFERENCE: readonly Engine[] = [umlEngine, guestfishEngine]

export interface EngineChoice {
  /** Null when none can be used. */
  readonly engine: Engine | null
  /** All engines with why each is or is not used, the best first. */
  readonly reports: EngineReport[]
}

/**
 * Picks the engine that a save will use: the one asked for, or the best that works. One that was asked for by name is not replaced by
 * another; when it cannot be used, `engine` is null.
 */
export async function chooseEngine(host: Host, preference: EngineId | 'auto'): Promise<EngineChoice> {
  const probed = await Promise.all(BY_PREFERENCE.map(async (engine) => ({ engine, probe: await engine.probe(host) })))
  const chosen = probed.find(({ engine, probe }) => probe.usable && (preference === 'auto' || engine.id === preference))
  const reports = probed.map(({ engine, probe }) => ({
    id: engine.id,
    title: engine.title,
    usable: probe.usable,
    chosen: engine === chosen?.engine,
    reason: probe.reason,
  }))
  return { engine: chosen?.engine ?? null, reports }
}

/** The engine of `chooseEngine`, without probing those that come after it: a save should not wait for an appliance it does not use. */
export async function pickEngine(host: Host, preference: EngineId | 'auto'): Promise<Engine | null> {
  for (const engine of BY_PREFERENCE) {
    if (preference !== 'auto' && engine.id !== preference) continue
    if ((await engine.probe(host)).usable) return engine
  }
  return null
}
