import type { EngineId } from '#shared/jobs/job-requests'
import type { EngineReport } from '#shared/tools/doctor'
import type { Host } from '../process/host.js'
import type { Engine } from './engine.js'
import { guestfishEngine } from './engines/guestfish.js'
import { nbdEngine } from './engines/nbd.js'
import { umlEngine } from './engines/uml.js'

/** Best first: a kernel as a process starts in a second, an appliance in five to thirty. */
const BY_PREFERENCE: readonly Engine[] = [umlEngine, guestfishEngine]
/** Used when the user names them, and never otherwise: they do what a user has to know of. */
const ONLY_BY_NAME: readonly Engine[] = [nbdEngine]

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
  const engines = [...BY_PREFERENCE, ...ONLY_BY_NAME]
  const probed = await Promise.all(engines.map(async (engine) => ({ engine, probe: await engine.probe(host) })))
  const candidates = candidatesFor(preference)
  const chosen = probed.find(({ engine, probe }) => probe.usable && candidates.includes(engine))
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
  for (const engine of candidatesFor(preference)) {
    if ((await engine.probe(host)).usable) return engine
  }
  return null
}

function candidatesFor(preference: EngineId | 'auto'): readonly Engine[] {
  return preference === 'auto' ? BY_PREFERENCE : [...BY_PREFERENCE, ...ONLY_BY_NAME].filter((engine) => engine.id === preference)
}
