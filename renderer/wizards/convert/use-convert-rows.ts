import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { type DiskFormat, FORMATS } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobInputDraft, OutputPlan } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'
import { convertPlanQuery, imageQuery, suggestQuery } from '../../api/queries.js'

export interface ConvertTarget {
  readonly format: DiskFormat
  readonly subformat: string
  /** `qemu-img -o` options, `name=value`. */
  readonly options: string[]
  readonly verify: boolean
}

export interface ConvertRow {
  readonly source: string
  readonly info: ImageInfo | undefined
  readonly output: string
  readonly replaceAgreed: boolean
  readonly plan: OutputPlan | undefined
  /** The first thing that went wrong for this image. */
  readonly error: unknown
  readonly input: JobInputDraft<'convert-image'> | null
}

interface Chosen {
  readonly path: string
  readonly replace: boolean
}

/** Name, size and plan for every image; a place that the user chose holds until the file ending changes. */
export function useConvertRows(paths: readonly string[], target: ConvertTarget) {
  const [chosen, setChosen] = useState<Readonly<Record<string, Chosen>>>({})
  const extension = FORMATS[target.format].extensions[0] ?? target.format
  const infos = useQueries({ queries: paths.map((path) => imageQuery(path)) })
  const suggestions = useQueries({ queries: paths.map((source) => suggestQuery({ source, suffix: '', extension })) })

  const drafts = paths.map((source, index) => {
    const place = chosen[`${source}\n${extension}`]
    const output = place?.path ?? suggestions[index]?.data?.path ?? ''
    const replace = place?.replace ?? false
    const input = output === '' ? null : { source, output, ...target, replace }
    return { source, output, replace, input }
  })
  const plans = useQueries({
    queries: drafts.map(({ source, output, input }) => ({
      ...convertPlanQuery(input ?? { source, output: output || source, format: target.format }),
      enabled: input !== null,
    })),
  })

  const rows = drafts.map(
    ({ source, output, replace, input }, index): ConvertRow => ({
      source,
      info: infos[index]?.data,
      output,
      replaceAgreed: replace,
      plan: plans[index]?.data,
      error: infos[index]?.error ?? suggestions[index]?.error ?? plans[index]?.error ?? null,
      input,
    }),
  )

  const choose = async (source: string, suggested: string) => {
    const picked = await call('outputs.choose', { suggested })
    if (picked !== null) setChosen((before) => ({ ...before, [`${source}\n${extension}`]: picked }))
  }
  const retry = () => {
    for (const query of [...infos, ...suggestions, ...plans]) if (query.isError) void query.refetch()
  }
  return { rows, choose, retry }
}
