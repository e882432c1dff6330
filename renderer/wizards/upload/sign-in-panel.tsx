import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { KeyRound, LogIn, Play } from 'lucide-react'
import { useState } from 'react'
import { providerForm } from '#shared/clouds/forms'
import type { Field } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { AppErrorData } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { CommandBlock } from '../../components/command-block.js'
import { visibleText } from '../../components/visible-text.js'
import { SecretInput } from '../../features/clouds/fields/secret-field.js'
import { keptUnder, secretsKept } from '../../features/clouds/kept-secrets.js'
import { uploadInput } from '../../features/clouds/upload-jobs.js'
import styles from './run-step.module.css'

/** The secrets of a running upload that can be typed anew: they go where its references lead. */
export function retypable(job: Job): readonly { readonly field: Field; readonly keep: 'session' | 'keyring'; readonly name: string }[] {
  const input = uploadInput(job)
  if (input === null) return []
  return providerForm(input.provider)
    .fields(input.values, input.facts)
    .flatMap((field) => {
      const kept = field.kind === 'secret' ? keptUnder(textOf(input.values, field.id)) : null
      return kept === null ? [] : [{ field, ...kept }]
    })
}

/** An upload that stands still until someone has signed in again: why, what to do, and the button that lets it go on. */
export function SignInPanel({ job, error }: { readonly job: Job; readonly error: AppErrorData }) {
  const { signIn, reportFailure } = useAppActions()
  const [typed, setTyped] = useState(0)
  const words = describeError(error)
  const secrets = retypable(job)
  const registry = error.actions.find(({ kind }) => kind === 'sign-in')
  const command = error.details.command
  const goOn = useMutation({
    mutationFn: async () => {
      await secretsKept()
      await call('jobs.resume', { ids: [job.id] })
    },
    onError: reportFailure,
  })
  return (
    <section className={styles.panel} aria-label="Needs sign-in" role="alert">
      <h3>{visibleText(words.title)}</h3>
      <p>
        {visibleText(words.detail)} {visibleText(words.next)}
      </p>
      {typeof command === 'string' && <CommandBlock commands={[command]} />}
      {secrets.map(({ field, keep, name }) => (
        <SecretInput
          // Empty again after it was taken: a second one can be typed.
          key={`${field.id}${typed}`}
          field={{ id: field.id, label: `${field.label}, typed anew` }}
          problem={undefined}
          nameFor={() => name}
          keepAs={keep}
          onKept={() => setTyped((times) => times + 1)}
        />
      ))}
      {typed > 0 && (
        <p className="dim" role="status">
          <KeyRound size={13} aria-hidden /> Taken; go on to try it.
        </p>
      )}
      <div>
        {registry?.kind === 'sign-in' && (
          <Button
            size="xs"
            variant="filled"
            leftSection={<LogIn size={14} aria-hidden />}
            onClick={() => signIn(registry.registry, () => goOn.mutate())}
          >
            Sign in…
          </Button>
        )}{' '}
        <Button
          size="xs"
          variant={registry === undefined ? 'filled' : 'default'}
          leftSection={<Play size={14} aria-hidden />}
          loading={goOn.isPending}
          onClick={() => goOn.mutate()}
        >
          Go on
        </Button>
      </div>
    </section>
  )
}
