import { AppError } from '#shared/errors/app-error'
import type { EngineId } from '#shared/jobs/job-requests'
import type { EngineReport } from '#shared/tools/doctor'
import type { Host } from '../process/host.js'
import type { Engine } from './engine.js'
import { guestfishEngine } from './engines/guestfish.js'
import { nbdEngine } from './engines/nbd.js'
import { umlEngine } from './engines/uml.js'

/** Best first: a kernel as a process starts in a second, an appliance in five to thirty. */
const BY_PREFERENCE: readonly Engine[] = [umlEngine, guestfishEngine]
/** The last ones are used when the user names them, and never otherwise: they do what a user has to know of. */
const ENGINES: readonly Engine[] = [...BY_PREFERENCE, nbdEngine]

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
  const probed = await Promise.all(ENGINES.map(async (engine) => ({ engine, probe: await engine.probe(host) })))
  const candidates = candidatesFor(preference)
  const chosen = probed.find(({ engine, probe }) => probe.usable && candidates.includes(engine))
  const reports = probed.map(({ engine, probe }) => ({
    id: engine.id,
    title: engine.title,
    usable: probe.usable,
    chosen: engine === chosen?.engine,
    reason: probe.reason,
    ...(engine.caution === undefined ? {} : { caution: engine.caution }),
  }))
  return { engine: chosen?.engine ?? null, reports }
}

/**
 * The engine of `chooseEngine`, without probing those that come after it: a save should not wait for an appliance it does not use.
 *
 * @throws AppError `engine-unavailable`
 */
export async function requireEngine(host: Host, preference: EngineId | 'auto'): Promise<Engine> {
  let reason = ''
  for (const engine of candidatesFor(preference)) {
    const probe = await engine.probe(host)
    if (probe.usable) return engine
    reason = probe.reason
  }
  if (preference === 'auto') throw new AppError('engine-unavailable', { actions: [{ kind: 'install-tool', tool: 'linux.uml' }] })
  throw new AppError('engine-unavailable', { details: { engine: preference, reason }, actions: [{ kind: 'choose-engine' }] })
}

function candidatesFor(preference: EngineId | 'auto'): readonly Engine[] {
  return preference === 'auto' ? BY_PREFERENCE : ENGINES.filter((engine) => engine.id === preference)
}
