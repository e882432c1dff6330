import { useQuery } from '@tanstack/react-query'
import type { EngineId } from '#shared/jobs/job-requests'
import { settingsQuery } from '../../api/queries.js'

/** The engine that Settings name, as a part of a request; nothing leaves the choice to the core. */
export function useEngine(): { engine?: EngineId } {
  const { data: settings } = useQuery(settingsQuery)
  return settings === undefined || settings.engine === 'auto' ? {} : { engine: settings.engine }
}
