import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '#shared/errors/app-error'

/** How long registries are waited for. All in milliseconds. */
export interface RegistryLimits {
  readonly connectMs: number
  /** Until the first byte of an answer. */
  readonly headersMs: number
  /** Between two pieces of a body. */
  readonly stallMs: number
  /** Before the first repetition; twice as long before each further one, plus up to a half of it by chance. */
  readonly backoffMs: number
  /** In sum, where a registry asks to come back later. */
  readonly busyMs: number
  /** Stands still for a time; throws `cancelled` when the signal comes first. */
  readonly wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
}

/** For registries of today; tests wait for less. */
export const REGISTRY_LIMITS: RegistryLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  stallMs: 60_000,
  backoffMs: 500,
  busyMs: 30_000,
  wait: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, { signal })
    } catch (cause) {
      throw new AppError('cancelled', { cause })
    }
  },
}

/** Times that a request is sent at most where it may be repeated. */
export const MAX_TRIES = 3
/** As net/http of Go follows, which podman and skopeo are made with. */
export const MAX_REDIRECTS = 10
/** Of what a registry or its token server says in place of an image. */
export const MAX_ERROR_BYTES = 1024 * 1024
