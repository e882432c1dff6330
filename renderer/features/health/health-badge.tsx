import type { ImageInfo } from '#shared/images/image-info'
import { CountBadge } from '../../components/badge.js'
import { useTargetPlatform } from '../platforms/target-platform.js'
import { problemCount } from './health-rows.js'
import { useHealthCount } from './use-health.js'

/** How many errors and warnings the checks found. They begin when the rest of the image is `ready`, which is what was asked for first. */
export function HealthBadge({ info, ready }: { readonly info: ImageInfo; readonly ready: boolean }) {
  const platform = useTargetPlatform(info.path, info)
  const report = useHealthCount(info.path, platform, ready)
  if (report === undefined) return null
  return <CountBadge amount={problemCount(report)} label="errors and warnings" tone={report.counts.error > 0 ? 'red' : 'amber'} />
}
