import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { cloudProvider } from '#core/clouds/providers'
import type { CloudProvider } from '#core/clouds/cloud-provider'
import type { SignInStore } from '#core/registry/sign-in-store'
import type { FieldValues } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { UploadResult } from '#shared/clouds/upload-plan'
import type { ErrorCode } from '#shared/errors/app-error'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildChildProgram, type ChildProgram } from './child-program.js'
import { type ConnectGuard, guardConnections } from './connect-guard.js'
import { expectSteady, filesBelow } from './outcome-checks.js'
import {
  cloudContext,
  cleanUp,
  fullValues,
  type MakeContainers,
  type Outcome,
  runUpload,
  type UploadOptions,
  type UploadScene,
} from './run-upload.js'
import { changeByte, type DiskShape, factsOf, makeTestDisk, sha256Of, type TestDisk } from './test-disk.js'

/** What a test tells an upload to use. */
export interface Wishes {
  readonly values: FieldValues
  readonly env?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
}

export interface Refusal {
  /** How this upload is made to be refused; the rest is as it would succeed. */
  arrange(wishes: Wishes, scene: UploadScene): Promise<Wishes> | Wishes
  readonly codes: readonly ErrorCode[]
  /** Undoes it. */
  after?(): Promise<void> | void
}

/** A server that stands ready, and what a provider has to be told so that it uses it. */
export interface ContractPlace {
  /** Names are made of `round`, which is another one for every upload. `home` is an empty folder, the upload's `HOME`. */
  wishes(round: string, home: string): Promise<Wishes> | Wishes
  /** Words that may appear nowhere: passwords, keys, tokens. */
  readonly canaries: readonly string[]
  readonly signIns?: SignInStore
  /** The file that the payload stands for, made of the disk; for a payload `source` or `disk` it is left out. */
  payload?(disk: TestDisk, folder: string): Promise<string>
  /** SHA-256 of what is stored, in the form in which `sent` names it. */
  stored(scene: UploadScene, result: UploadResult): Promise<string>
  /** SHA-256 of what has to be stored; default: that of the payload's file, or of the disk. */
  sent?(scene: UploadScene): Promise<string>
  /** Everything that is at the provider besides what was there before all uploads, in words. */
  left(scene: UploadScene): Promise<readonly string[]>
  /** Deletes what an upload that succeeded made, where the provider itself deletes nothing that has its name. */
  removeResult?(scene: UploadScene): Promise<void>
  /** Bytes of image data that the server took since it was started. */
  received(): number
  /** Bytes that may be sent twice after a break: parts that were on their way. */
  readonly inFlightBytes: number
  /** A provider without resume sends all of the file again (Glance, content libraries); true by default. */
  readonly resumes?: boolean
  readonly wrongCredentials: Refusal
  readonly quota?: Refusal
  readonly conflict?: Refusal
  /** From now on the credentials are not taken any more; the answer makes them good again. */
  expire(): Promise<() => Promise<void> | void> | (() => Promise<void> | void)
  /** The next few requests that carry data are answered with 503. Ends by itself. */
  busy(): Promise<void> | void
  /** The next request that carries data breaks off after a part of it. Ends by itself. */
  cut(): Promise<void> | void
  /** Undoes what `busy` and `cut` have left, and forgets what was sent. */
  calm?(): Promise<void> | void
  stop(): Promise<void>
}

export interface ContractCase {
  readonly provider: ProviderId
  /** Where one provider has several ways. */
  readonly title?: string
  readonly disk?: DiskShape
  readonly facts?: Partial<SourceFacts>
  /** What cannot happen there, such as a name that is taken where names need not be unique. `remotes`: nothing is ever there that has to be deleted. */
  readonly lacks?: readonly ('quota' | 'conflict' | 'remotes')[]
  readonly containers?: MakeContainers
  begin(): Promise<ContractPlace>
}

/** The same promises, kept by every provider. */
export function contract({
  provider: id,
  title = id,
  disk: shape = { mib: 32 },
  facts,
  lacks = [],
  containers,
  begin,
}: ContractCase): void {
  describe(`${title}: what every provider keeps`, () => {
    let folder = ''
    let place: ContractPlace
    let provider: CloudProvider
    let program: ChildProgram
    let guard: ConnectGuard
    let rounds = 0
    const outcomes: Outcome[] = []

    // Some servers take minutes on a busy machine.
    beforeAll(async () => {
      folder = await fs.mkdtemp(path.join(os.tmpdir(), `diskwright-clouds-${id}-`))
      provider = await cloudProvider(id)
      program = await buildChildProgram(id)
      place = await begin()
    }, 600_000)
    afterAll(async () => {
      await place?.stop()
      await program?.remove()
      await fs.rm(folder, { recursive: true, force: true })
    })
    beforeEach(() => {
      guard = guardConnections()
      outcomes.length = 0
    })
    afterEach(async () => {
      guard.remove()
      await place.calm?.()
      expect(guard.refused, 'connections to other machines').toEqual([])
      for (const outcome of outcomes) expectSteady(outcome)
      expect(await secretsSeen(), 'secrets in logs, journals and errors').toEqual([])
    })

    async function newScene(): Promise<UploadScene> {
      const round = `r${++rounds}`
      const own = path.join(folder, round)
      const home = path.join(own, 'home')
      await fs.mkdir(home, { recursive: true })
      const disk = await makeTestDisk(path.join(own, 'disk.raw'), shape)
      const { values, env = {}, secrets = {} } = await place.wishes(round, home)
      const file = await place.payload?.(disk, own)
      const scene = {
        folder: path.join(own, 'upload'),
        values,
        facts: await factsOf(disk, facts),
        disk,
        env: { HOME: home, ...env },
        secrets,
      }
      return file === undefined ? scene : { ...scene, file }
    }

    async function run(scene: UploadScene, options: UploadOptions = {}): Promise<Outcome> {
      const given = { ...(place.signIns ? { signIns: place.signIns } : {}), ...(containers ? { containers } : {}) }
      const outcome = await runUpload(provider, scene, { ...given, ...options })
      outcomes.push(outcome)
      return outcome
    }

    async function secretsSeen(): Promise<string[]> {
      const said = outcomes.map(({ error, lines, result }) => JSON.stringify([error?.data, error?.message, lines, result]))
      const written = await filesBelow(path.join(folder, `r${rounds}`, 'upload'))
      return place.canaries.filter((canary) => [...said, ...written].some((text) => text.includes(canary)))
    }

    async function expectStored(scene: UploadScene, outcome: Outcome): Promise<void> {
      expect(outcome.error?.data ?? null).toBeNull()
      if (outcome.result === null) throw new Error('there is no result')
      expect(await place.stored(scene, outcome.result)).toBe(await (place.sent?.(scene) ?? sentOf(scene)))
    }

    async function finishClean(scene: UploadScene): Promise<void> {
      if (outcomes.at(-1)?.result) await place.removeResult?.(scene)
      expect(await cleanUp(provider, scene), 'what could not be deleted').toEqual([])
      expect(await place.left(scene), 'what is left there').toEqual([])
    }

    test('what is stored is what was sent, and all of it can be deleted', async () => {
      const scene = await newScene()
      const rows = await provider.preflight(await cloudContext(scene), fullValues(provider, scene), scene.facts)
      expect(rows.filter(({ state }) => state === 'error')).toEqual([])
      const outcome = await run(scene)
      await expectStored(scene, outcome)
      expect(outcome.phases).toContain('uploading')
      const known = provider.form.steps(fullValues(provider, scene), scene.facts).map((step) => step.id)
      for (const step of [...outcome.steps, ...outcome.skipped]) expect(known).toContain(step)
      await finishClean(scene)
    })

    /** The step that sends the image. */
    function transferOf(scene: UploadScene): string {
      const transfers = provider.form.steps(fullValues(provider, scene), scene.facts).filter(({ kind }) => kind === 'transfer')
      return transfers.toSorted((one, other) => other.weight - one.weight)[0]?.id ?? ''
    }

    const points = ['at the first thing made', 'in the middle of the bytes', 'at the last step'] as const
    test.for(points.filter((point) => point !== 'at the first thing made' || !lacks.includes('remotes')))(
      'cancelled %s, nothing is left',
      async (where) => {
        const scene = await newScene()
        const last = provider.form.steps(fullValues(provider, scene), scene.facts).at(-1)?.id ?? ''
        const breakAt =
          where === 'at the first thing made'
            ? { created: 1 }
            : where === 'at the last step'
              ? { step: last }
              : { bytes: Math.floor((await payloadBytes(scene)) / 3), of: transferOf(scene) }
        const { error } = await run(scene, { breakAt })
        expect(error?.code).toBe('cancelled')
        await finishClean(scene)
      },
    )

    test('killed in the middle, it sends the rest and no more', async () => {
      const scene = await newScene()
      const before = place.received()
      const total = await payloadBytes(scene)
      await program.killed({ scene, killAt: { bytes: Math.floor(total * (0.3 + Math.random() * 0.4)), of: transferOf(scene) } })
      const outcome = await run(scene)
      await expectStored(scene, outcome)
      const sent = place.received() - before
      expect(sent).toBeLessThanOrEqual((place.resumes === false ? 2 : 1) * total + place.inFlightBytes)
      await finishClean(scene)
    })

    test('credentials that end on the way are asked for again, and it goes on', async () => {
      const scene = await newScene()
      let renew: (() => Promise<void> | void) | undefined
      let isExpired = false
      const outcome = await run(scene, {
        onBytes: (done, _total, step) => {
          if (isExpired || done === 0 || step !== transferOf(scene)) return
          isExpired = true
          void Promise.resolve(place.expire()).then((given) => (renew = given))
        },
        signIn: async () => {
          await expect.poll(() => renew).toBeDefined()
          await renew?.()
        },
      })
      await renew?.()
      expect(outcome.signInsAsked).toBeGreaterThan(0)
      expect(outcome.phases).toContain('needs sign-in')
      await expectStored(scene, outcome)
      await finishClean(scene)
    })

    async function refusedWith(refusal: Refusal): Promise<string | undefined> {
      const scene = await newScene()
      const changed = await refusal.arrange({ values: scene.values, env: scene.env, secrets: scene.secrets ?? {} }, scene)
      const { error } = await run({ ...scene, ...changed, env: changed.env ?? scene.env })
      await refusal.after?.()
      await finishClean(scene)
      return error?.code
    }

    const refusals = [
      ['wrong credentials', 'wrongCredentials'],
      ['a quota that is used up', 'quota'],
      ['a name that is taken', 'conflict'],
    ] as const
    test.for(refusals.filter(([, kind]) => !lacks.some((one) => one === kind)))('%s', async ([, kind]) => {
      const refusal = place[kind]
      if (refusal === undefined) throw new Error(`${id} says nothing of ${kind}`)
      expect(refusal.codes).toContain(await refusedWith(refusal))
    })

    test.for(['busy', 'cut'] as const)('%s for a while, it still gets there', async (fault) => {
      const scene = await newScene()
      await place[fault]()
      const outcome = await run(scene)
      expect(outcome.error?.data ?? null).toBeNull()
      await expectStored(scene, outcome)
      await finishClean(scene)
    })

    test('a file that was changed since is refused', async () => {
      const scene = await newScene()
      const total = await payloadBytes(scene)
      const first = await run(scene, { breakAt: { bytes: Math.floor(total / 3), of: transferOf(scene) } })
      expect(first.error?.code).toBe('cancelled')
      await changeByte(scene.file ?? scene.disk.path)
      expect((await run(scene)).error?.code).toBe('image-changed')
      await finishClean(scene)
    })

    async function payloadBytes(scene: UploadScene): Promise<number> {
      const { kind } = provider.form.payload(fullValues(provider, scene), scene.facts)
      if (kind === 'disk') return provider.wireBytes?.(fullValues(provider, scene), scene.facts) ?? scene.disk.bytes
      return (await fs.stat(scene.file ?? scene.disk.path)).size
    }
  })
}

async function sentOf({ file, disk }: UploadScene): Promise<string> {
  return file === undefined ? disk.sha256 : sha256Of(file)
}
