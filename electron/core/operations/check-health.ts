import { createReadStream } from 'node:fs'
import type { Edit } from '#shared/edits/edit'
import { checkHealth } from '#shared/health/check-health'
import { defaultEntry, type Fact, type HealthFacts, known, unknown } from '#shared/health/facts'
import type { FindingSeverity, HealthReport } from '#shared/health/finding'
import type { Partition } from '#shared/images/image-info'
import { partitionTypeName } from '#shared/images/partition-types'
import { planRetarget } from '#shared/platforms/plan-retarget'
import type { PlatformId } from '#shared/platforms/platform'
import { reasonOf } from '#shared/platforms/retarget-files'
import { applyEdits } from '../guest/edits/apply-edits.js'
import type { GuestDraft } from '../guest/draft.js'
import type { EngineContent } from '../guest/engine.js'
import { findArgDevices, findEntryFiles, findEsps, findSearches } from '../guest/health/boot-facts.js'
import { InitramfsListings, initramfsFact, listInitramfs } from '../guest/health/initramfs-facts.js'
import { findLeftovers } from '../guest/health/leftovers.js'
import { findAgents, findFstab, findRootPassword } from '../guest/health/system-facts.js'
import { SystemReader } from '../guest/health/system-reader.js'
import { findArch, findSystemFacts } from '../guest/system-facts.js'
import type { Host } from '../process/host.js'
import type { OpenImage } from './image-sessions.js'
import { factsForEdits } from './preview-edits.js'

export interface HealthOptions {
  /** Null asks only what holds everywhere. */
  readonly platform: PlatformId | null
  /** Staged edits: what they mend is not told. */
  readonly edits: readonly Edit[]
  /** Look into the initial RAM disk, which takes seconds the first time. */
  readonly initramfs: boolean
  readonly signal?: AbortSignal | undefined
}

const NO_SYSTEM = 'no system was found in the image'

/** Asks all checks about an image. A fact that cannot be read makes its check say so, and no other one fail. */
export class HealthChecks {
  private readonly listings = new InitramfsListings()

  async check(host: Host, image: OpenImage, options: HealthOptions): Promise<HealthReport> {
    const started = performance.now()
    const facts = await this.gather(host, image, options)
    const findings = checkHealth(facts, options.platform)
    const count = (severity: FindingSeverity): number => findings.filter((one) => one.severity === severity).length
    return {
      platform: options.platform,
      findings,
      counts: { error: count('error'), warning: count('warning'), info: count('info'), pass: count('pass') },
      initramfs: options.initramfs || facts.initramfs.known,
      elapsedMs: performance.now() - started,
    }
  }

  private async gather(host: Host, { source, info, files }: OpenImage, options: HealthOptions): Promise<HealthFacts> {
    const { draft, boot } = await applyEdits(files, info.partitions, options.edits, { disk: factsForEdits(info).disk })
    const partitions = withDiskEdits(info.partitions, draft)
    const [{ tree, family }, arch, entryFiles, esps] = await Promise.all([
      findSystemFacts(draft, partitions, boot.entries).catch(() => ({ tree: null, family: 'other' as const })),
      findArch(draft, partitions, boot.entries),
      findEntryFiles(draft, partitions, boot.entries),
      findEsps(draft, partitions),
    ])
    const system = tree === null ? null : new SystemReader(draft, tree)
    const ofSystem = <T>(find: (reader: SystemReader) => Promise<Fact<T>>): Promise<Fact<T>> =>
      system === null ? Promise.resolve(unknown(NO_SYSTEM)) : find(system).catch((thrown: unknown) => unknown(reasonOf(thrown)))
    const [fstab, agents, rootPassword, leftovers] = await Promise.all([
      ofSystem((reader) => findFstab(reader, partitions)),
      ofSystem(findAgents),
      ofSystem(findRootPassword),
      ofSystem((reader) =>
        tree === null ? Promise.resolve(unknown(NO_SYSTEM)) : findLeftovers(files, info.partitions, tree, options.edits, reader),
      ),
    ])
    const facts = {
      image: { ...info, virtualBytes: draft.layout.virtualBytes },
      partitions,
      backupGptMoves: draft.steps().some(({ operation }) => operation.kind === 'move-backup-gpt'),
      entries: boot.entries,
      files: boot.files,
      notes: boot.notes,
      family,
      arch: arch.arch,
      tree: tree === null ? unknown(NO_SYSTEM) : known(tree),
      fstab,
      argDevices: findArgDevices(boot.entries, partitions),
      searches: findSearches(boot.files, partitions),
      entryFiles,
      esps,
      agents,
      leftovers,
      rootPassword,
      retarget: options.platform === null ? null : planRetarget(boot, options.platform, { family, arch: arch.arch }),
    }
    const entry = defaultEntry(facts)
    const revision = `${source.path}\n${source.revision}`
    const isKept = entryFiles.some(({ entry: id, place }) => id === entry?.id && place !== null && this.listings.has(revision, place))
    const initramfs =
      options.initramfs || isKept
        ? await initramfsFact(entry, entryFiles, system, (place) => {
            const staged = draft.contentOf(place.partition, place.path)
            if (staged) return listInitramfs(host, streamOf(staged.content), options.signal)
            return this.listings.read(host, files, revision, place, options.signal)
          })
        : unknown('the initial RAM disk has not been looked into yet')
    return { ...facts, initramfs }
  }
}

async function* streamOf(content: EngineContent): AsyncGenerator<Uint8Array> {
  if ('hostFile' in content) yield* createReadStream(content.hostFile) as AsyncIterable<Uint8Array>
  else yield content
}

/** Partitions as the staged edits leave them. */
function withDiskEdits(partitions: readonly Partition[], draft: GuestDraft): Partition[] {
  return partitions.map((partition) =>
    draft.steps().reduce((current, { operation }): Partition => {
      if (!('partition' in operation) || operation.partition !== current.number) return current
      if (operation.kind === 'set-partition-type') {
        return { ...current, type: operation.type, typeName: partitionTypeName(operation.type) }
      }
      if (operation.kind === 'resize-partition') return { ...current, sizeBytes: operation.sizeBytes }
      if (operation.kind === 'set-filesystem-uuid' && current.filesystem) {
        return { ...current, filesystem: { ...current.filesystem, uuid: shownUuid(operation.uuid, current.filesystem.kind) } }
      }
      return current
    }, partition),
  )
}

/** Edits name a FAT's by eight digits; readers show them in two halves. */
function shownUuid(uuid: string, kind: string): string {
  return kind === 'fat' && /^[0-9A-F]{8}$/i.test(uuid) ? `${uuid.slice(0, 4)}-${uuid.slice(4)}` : uuid
}
