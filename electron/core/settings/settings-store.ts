import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { type Settings, settingsSchema } from '#shared/settings/settings'
import type { SettingsApi } from '../core-api.js'
import { toUnwritable } from '../files/checks.js'
import { keepBadCopy, readJson, writeJsonDurably } from '../files/durable-json.js'
import type { Logger } from '../log/logger.js'

/**
 * `settings.json` in `folder`. A damaged file never stops the start: what can be read of it counts, the rest takes its
 * default, and the old file is kept as `settings.json.bad`.
 */
export function createSettingsStore({ folder, log }: { readonly folder: string; readonly log: Logger }): SettingsApi {
  const file = path.join(folder, 'settings.json')
  const listeners = new Set<(settings: Settings) => void>()
  let settings = load(file, log)

  return {
    get: () => settings,
    set(change) {
      const next = settingsSchema.safeParse({ ...settings, ...change })
      if (!next.success)
        throw new AppError('bad-input', { details: { reason: next.error.issues.map((issue) => issue.message).join('; ') } })
      try {
        writeJsonDurably(file, next.data)
      } catch (error) {
        throw toUnwritable(error, folder) ?? error
      }
      settings = next.data
      for (const listener of listeners) listener(settings)
      return settings
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function load(file: string, log: Logger): Settings {
  const found = readJson(file)
  if (found.state === 'missing') return settingsSchema.parse({})
  if (found.state === 'damaged') {
    log.warn('settings.damaged', { file, keptAs: found.keptAs, reason: found.reason })
    return settingsSchema.parse({})
  }
  const whole = settingsSchema.safeParse(found.value)
  if (whole.success) return whole.data
  log.warn('settings.damaged', { file, keptAs: keepBadCopy(file), reason: whole.error.message })
  return salvage(found.value)
}

/** Takes each field on its own, so that one bad value does not cost the others. */
function salvage(value: unknown): Settings {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const good = fields.filter(([name, field]) => settingsSchema.partial().safeParse({ [name]: field }).success)
  return settingsSchema.parse(Object.fromEntries(good))
}
