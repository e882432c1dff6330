import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stateEnv } from '../state-env.js'
import { median } from './report.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MINIMAL = path.join(ROOT, 'out/bench/minimal/main/main.mjs')
const ROUNDS = 5
const GIVE_UP_MS = 60_000

/**
 * Milliseconds from spawn to the first painted content: medians of alternating launches of the app and of a minimal
 * Electron + React app on the same runtime, after one launch of each that is not counted. Needs a display and both builds.
 */
export async function measureColdStart(): Promise<{ appMs: number; minimalMs: number }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-start-'))
  const appTimes: number[] = []
  const minimalTimes: number[] = []
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      const minimalMs = await startMinimal(folder)
      const appMs = await startApp(folder)
      if (round === 0) continue
      minimalTimes.push(minimalMs)
      appTimes.push(appMs)
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { appMs: median(appTimes), minimalMs: median(minimalTimes) }
}

async function startMinimal(folder: string): Promise<number> {
  const started = Date.now()
  const child = launch([MINIMAL, `--user-data-dir=${path.join(folder, 'minimal')}`], {})
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return untilShown(child, () => Number(/^shown (\d+)$/m.exec(output)?.[1] ?? Number.NaN) - started)
}

/** The app writes `window.shown` into its own log; the record carries the time. */
async function startApp(folder: string): Promise<number> {
  const state = path.join(folder, 'app')
  const started = Date.now()
  const child = launch([ROOT], stateEnv(state))
  return untilShown(child, () => shownAt(path.join(state, 'state/log'), started) - started)
}

function shownAt(logFolder: string, since: number): number {
  if (!fs.existsSync(logFolder)) return Number.NaN
  const lines = fs.readdirSync(logFolder).flatMap((name) => fs.readFileSync(path.join(logFolder, name), 'utf8').split('\n'))
  const times = lines.filter((line) => line.includes('"window.shown"')).map((line) => Date.parse(String(readField(line, 'at'))))
  return times.find((time) => time >= since) ?? Number.NaN
}

function readField(line: string, name: string): unknown {
  const record: unknown = JSON.parse(line)
  return typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined
}

function launch(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const electron = path.join(ROOT, 'node_modules/electron')
  const executable = path.join(electron, 'dist', fs.readFileSync(path.join(electron, 'path.txt'), 'utf8'))
  const switches = process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu']
  return spawn(executable, [...switches, ...args], { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
}

async function untilShown(child: ChildProcess, elapsed: () => number): Promise<number> {
  const deadline = Date.now() + GIVE_UP_MS
  try {
    while (Date.now() < deadline) {
      const found = elapsed()
      if (Number.isFinite(found)) return found
      if (child.exitCode !== null) throw new Error(`the app ended with ${child.exitCode} before it showed its window`)
      await sleep(5)
    }
    throw new Error('the window did not show in time')
  } finally {
    await end(child)
  }
}

/** The whole process group, so that the next launch starts from nothing. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGKILL')
  await gone
}
