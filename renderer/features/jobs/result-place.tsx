import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.js'
import { suggestQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { FormRow } from '../../components/form-row.js'
import { OutputField } from '../../components/output-field.js'

interface Place {
  readonly path: string
  /** The user agreed to it in the dialog. */
  readonly replace: boolean
}

export interface ResultPlace {
  /** Null until a free name is known. */
  readonly place: Place | null
  /** Why there is none. */
  readonly problem: Error | null
  readonly choose: () => void
}

/** Where a result goes: a free name beside its source, until the user chooses another. */
export function useResultPlace(asked: Parameters<typeof suggestQuery>[0]): ResultPlace {
  const { reportFailure } = useAppActions()
  const [chosen, setChosen] = useState<Place | null>(null)
  const suggestion = useQuery({ ...suggestQuery(asked), enabled: chosen === null })
  const place = chosen ?? (suggestion.data === undefined ? null : { path: suggestion.data.path, replace: false })
  const ask = async (): Promise<void> => {
    const picked = await call('outputs.choose', { suggested: place?.path ?? asked.source })
    if (picked !== null) setChosen(picked)
  }
  return { place, problem: chosen === null ? suggestion.error : null, choose: () => void ask().catch(reportFailure) }
}

/** The row for it in a form, with what went wrong there below. */
export function ResultPlaceRow({
  label,
  at,
  failure,
}: {
  readonly label: string
  readonly at: ResultPlace
  readonly failure: Error | null
}) {
  return (
    <>
      <FormRow name="Write to">
        <OutputField label={label} path={at.place?.path ?? ''} onChoose={at.choose} />
      </FormRow>
      {at.problem !== null && <ErrorNotice error={at.problem} onChooseOutput={at.choose} />}
      {failure !== null && <ErrorNotice error={failure} onChooseOutput={at.choose} />}
    </>
  )
}
