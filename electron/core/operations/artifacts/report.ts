import type { ArtifactReport } from '#shared/jobs/artifact-report'
import { printReportJson, printReportText } from '#shared/jobs/print-report'
import { reportPaths, type SidecarOptions, writeBeside } from './sidecars.js'

/** Writes `NAME.report.json` and `NAME.report.txt`. Returns their paths. Throws as `writeSidecars`. */
export async function writeReport(report: ArtifactReport, options: SidecarOptions): Promise<string[]> {
  const [json, text] = reportPaths(options.target)
  await writeBeside(json, printReportJson(report), options)
  await writeBeside(text, printReportText(report), options)
  return [json, text]
}
