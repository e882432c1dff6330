import { vi } from 'vitest'
import type { ContainerImage, ContainerIndex, ContainerReport, DiskCandidate } from '#shared/containers/container-report'
import { AppError } from '#shared/errors/app-error'

export const REFERENCE = 'docker://registry.example:5000/team/boot:8.10'
export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const MIB = 1024 * 1024

export function sampleImage(more: Partial<ContainerImage> = {}): ContainerImage {
  return {
    digest: DIGEST,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    kind: 'image',
    artifactType: null,
    platform: { os: 'linux', architecture: 'amd64', variant: null },
    bytes: 480 * MIB,
    layers: [
      {
        digest: DIGEST,
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        bytes: 480 * MIB,
        compression: 'gzip',
        kind: 'tar',
        title: null,
      },
    ],
    createdAt: '2026-02-03T04:05:06Z',
    labels: { 'org.opencontainers.image.version': '8.10' },
    annotations: {},
    ...more,
  }
}

export function sampleReport(more: Partial<ContainerReport> = {}): ContainerReport {
  return {
    reference: REFERENCE,
    digest: DIGEST,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    isIndex: false,
    images: [sampleImage()],
    preferred: DIGEST,
    signature: { state: 'not-required', detail: 'The policy accepts anything.' },
    mirror: null,
    plainHttp: false,
    notes: [],
    ...more,
  }
}

export function sampleCandidate(more: Partial<DiskCandidate> = {}): DiskCandidate {
  return {
    path: '/disk/boot.qcow2',
    layer: DIGEST,
    label: 'qcow2 v3',
    format: 'qcow2',
    virtualBytes: 15 * 1024 * MIB,
    bytes: 700 * MIB,
    compression: null,
    parts: [],
    needs: [],
    score: 100,
    reason: 'It is a qcow2 in /disk',
    ...more,
  }
}

export function sampleIndex(more: Partial<ContainerIndex> = {}): ContainerIndex {
  return {
    id: 'index-1',
    reference: REFERENCE,
    digest: DIGEST,
    state: 'reading',
    readBytes: 12 * MIB,
    totalBytes: 480 * MIB,
    entries: 2,
    candidates: [],
    notes: [],
    ...more,
  }
}

export type Answers = Record<string, (input: never) => unknown>

/** A bridge that gives the answers it was given; `push` tells the window what main would. An answer that throws is an error of the core. */
export function fakeBridge(answers: Answers) {
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const calls: { channel: string; input: unknown }[] = []
  const invoke = vi.fn(async (channel: string, input: unknown) => {
    calls.push({ channel, input })
    const answer = answers[channel] as ((input: unknown) => unknown) | undefined
    try {
      if (answer === undefined) throw new AppError('internal', { details: { message: channel } })
      return { ok: true as const, value: await answer(input) }
    } catch (error) {
      return { ok: false as const, error: (error as AppError).data }
    }
  })
  const on = (event: string, listener: (payload: unknown) => void) => {
    const known = listeners.get(event) ?? new Set()
    listeners.set(event, known.add(listener))
    return () => known.delete(listener)
  }
  vi.stubGlobal('diskwright', { invoke, on, pathForFile: () => '' })
  return {
    calls,
    push: (event: string, payload: unknown) => {
      for (const listener of listeners.get(event) ?? []) listener(payload)
    },
    /** Inputs of the calls of one kind, in order. */
    asked: (channel: string) => calls.filter((one) => one.channel === channel).map(({ input }) => input),
  }
}
