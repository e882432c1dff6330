import path from 'node:path'
import { parseInput } from '#shared/errors/parse-input'
import { batchRequestSchema, convertImageInputSchema } from '#shared/jobs/convert-request'
import { saveImageInputSchema } from '#shared/jobs/job-requests'
import { tidyPath } from '#shared/images/os-tree'
import { printRecipe } from '#shared/recipes/recipe-text'
import type { Core, CoreDeps } from './core-api.js'
import { createBootTestsApi } from './create-boot-tests-api.js'
import { createCloudsApi } from './create-clouds-api.js'
import { createContainersApi } from './create-containers-api.js'
import { createFilesApi } from './create-files-api.js'
import { jobsFolder } from './files/dirs.js'
import { prepareDirs } from './files/prepare-dirs.js'
import { kernelDevices } from './guest/engines/nbd-runner.js'
import { removeStaleExports } from './guest/stale-exports.js'
import { createJobDefinitions } from './jobs/job-definitions.js'
import { createJobRunner } from './jobs/job-runner.js'
import { createJobStore } from './jobs/job-store.js'
import { createLockTable } from './jobs/locks.js'
import { lastBootTest } from './jobs/last-boot-test.js'
import { promisedMemory } from './jobs/promised-memory.js'
import { createRecovery } from './jobs/recovery.js'
import { startBatch } from './jobs/start-batch.js'
import { podmanKeeper } from './operations/containers/podman-keeper.js'
import { BootConsoles } from './operations/boot-test/boot-consoles.js'
import { planBatch } from './operations/plan-batch.js'
import { planConvert } from './operations/plan-convert.js'
import { measureFormats, readDiskMap } from './operations/disk-map.js'
import { runDoctor } from './operations/doctor.js'
import { ImageSessions } from './operations/image-sessions.js'
import { exportRecipe } from './operations/export-recipe.js'
import { lintFile } from './operations/lint-file.js'
import { readRecipe } from './operations/read-recipe.js'
import { previewEdits, scriptOfEdits } from './operations/preview-edits.js'
import { HealthChecks } from './operations/check-health.js'
import { planRetargetOf } from './operations/plan-retarget.js'
import { RecentReadings } from './operations/recent-readings.js'
import { planSave } from './operations/save-image.js'
import { createSecretKeeper } from './operations/upload/secret-keeper.js'
import { probeSource } from './operations/unpack/probe-source.js'
import { diskReport } from './operations/disk/disk-report.js'
import { createHost } from './process/create-host.js'
import { createSignInStore } from './registry/create-sign-in-store.js'
import { readFormatOptions } from './tools/qemu-img/option-help.js'
import { createRecentsStore } from './settings/recents-store.js'
import { createSettingsStore } from './settings/settings-store.js'

/** Wires the core: the window, the CLI and the tests get all of it from here. `version` is Diskwright's, for reports. */
export async function createCore(deps: CoreDeps & { readonly version?: string }): Promise<Core> {
  const { env, log } = deps
  const { dirs, problems } = prepareDirs(deps.dirs, log)
  const host = await createHost({ dirs, env, log })
  await removeStaleExports(host)
  const settings = createSettingsStore({ folder: dirs.config, log })
  const store = createJobStore({ folder: jobsFolder(dirs), log, keepJobs: () => settings.get().keepJobs })
  let doctor: ReturnType<typeof runDoctor> | undefined
  const locks = createLockTable(path.join(dirs.runtime, 'locks'))
  const recovery = createRecovery({ store, dirs, log, devices: kernelDevices(host), containers: podmanKeeper(host) })
  const signIns = createSignInStore({ host, secrets: deps.secrets ?? null })
  const consoles = new BootConsoles()
  const secrets = createSecretKeeper(env, deps.secrets ?? null)
  const definitions = createJobDefinitions({
    signIns,
    consoles,
    promisedMemory: (id) => promisedMemory(store.list(), id),
    secrets,
    dirs,
    engine: () => settings.get().engine,
    madeWith: { version: deps.version ?? 'unknown version', tools: toolVersions },
  })
  const jobs = createJobRunner({
    host,
    store,
    locks,
    definitions,
    log,
    maxJobs: () => settings.get().maxJobs,
    asksUser: deps.asksUser ?? (() => false),
  })
  settings.onChange(() => jobs.refresh())
  const recents = createRecentsStore({ folder: dirs.state, log })
  const readings = new RecentReadings()
  const sessions = new ImageSessions(readings)
  const health = new HealthChecks()
  const files = createFilesApi(sessions, bind)
  const containers = createContainersApi({ host, signIns, dirs, log })
  const clouds = createCloudsApi({ host, sessions, secrets, signIns, jobs })

  return {
    dirs,
    folderProblems: problems,
    log,
    secrets: deps.secrets ?? null,
    doctor: ({ refresh }) => {
      if (refresh || !doctor) doctor = runDoctor(host, settings.get().engine)
      return doctor
    },
    inspect: async (image, signal) => (await readings.read(bind(signal), image)).info,
    probeSource: (file, signal, options) => probeSource(bind(signal), file, options),
    listBootEntries: async (image, signal) => (await readings.read(bind(signal), image)).boot,
    files,
    listFiles: async ({ path: image, folder, ...where }, signal) => {
      const { rows } = await files.list(image, { ...where, path: tidyPath(folder) }, { signal })
      return rows.map(({ name, kind, sizeBytes }) => ({ name, kind, sizeBytes }))
    },
    readFile: ({ path: image, file, maxBytes, ...where }, signal) =>
      files.read(image, { ...where, path: tidyPath(file) }, { signal, ...(maxBytes === undefined ? {} : { maxBytes }) }),
    previewEdits: async (image, edits, { signal, ...options } = {}) => {
      const { boot } = await readings.read(bind(signal), image)
      return sessions.use(bind(signal), image, (open) => previewEdits(open, edits, boot.entries, options))
    },
    planRetarget: (image, platform, { edits = [], signal, ...options } = {}) =>
      sessions.use(bind(signal), image, (open) => planRetargetOf(open, platform, edits, options)),
    checkHealth: (image, { platform = null, edits = [], initramfs = false, signal } = {}) => {
      const bound = bind(signal)
      return sessions.use(bound, image, (open) => health.check(bound, open, { platform, edits, initramfs, signal }))
    },
    lintArtifact: (file, expectation, signal) => lintFile(file, expectation, { signal }),
    exportRecipe: async (image, edits, { bootTest: withTest = true, signal } = {}) => {
      const { info, boot } = await readings.read(bind(signal), image)
      const bootTest = withTest ? lastBootTest(jobs.list(), image, edits) : undefined
      const { recipe, notes } = await exportRecipe(edits, { info, entries: boot.entries, tools: await toolVersions(), signal, bootTest })
      return { recipe, text: printRecipe(recipe), notes }
    },
    readRecipe,
    shellScript: (image, edits, signal) => sessions.use(bind(signal), image, (open) => scriptOfEdits(open, edits)),
    diskReport: (image, signal) => diskReport(bind(signal), image),
    diskMap: (image, signal) => readDiskMap(bind(signal), image),
    measureFormats: (image, signal) => measureFormats(bind(signal), image),
    formatOptions: () => readFormatOptions(host),
    planConvert: async (input) => planConvert(host, sessions, parseInput(convertImageInputSchema, input)),
    planBatch: async (request, signal) => planBatch(bind(signal), sessions, parseInput(batchRequestSchema, request)),
    startBatch: async (draft) => {
      const request = parseInput(batchRequestSchema, draft)
      return startBatch(jobs, request, await planBatch(host, sessions, request))
    },
    planSave: async (input) => planSave(host, parseInput(saveImageInputSchema, input)),
    containers,
    clouds,
    bootTests: createBootTestsApi({ host, consoles, job: (id) => jobs.get(id), folder: jobsFolder(dirs) }),
    jobs,
    recents,
    settings,
    recovery,
    close: async () => {
      await containers.close()
      await jobs.close()
    },
  }

  /** Of the tools that a save uses, where they are there. */
  async function toolVersions(): Promise<Record<string, string>> {
    doctor ??= runDoctor(host, settings.get().engine)
    const { tools } = await doctor
    const used = ['qemu-img', 'qemu-storage-daemon', 'linux.uml', 'guestfish']
    return Object.fromEntries(tools.flatMap(({ id, version }) => (version !== null && used.includes(id) ? [[id, version]] : [])))
  }

  function bind(signal: AbortSignal | undefined) {
    return signal ? host.bind({ signal }) : host
  }
}
