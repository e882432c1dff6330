import { ActionIcon, Button, Input } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FileSearch, X } from 'lucide-react'
import { call } from '../../../api/client.js'
import { useAppActions } from '../../../components/app-actions.js'
import { PathText } from '../../../components/path-text.js'
import { mayReadQuery } from '../cloud-queries.js'
import { type FieldProps, fieldElement, textValue } from './field-view.js'
import styles from './fields.module.css'

/** Which files the window may name is known only as long as Diskwright runs. */
const CHOOSE_AGAIN = 'It was chosen before Diskwright was closed: choose it again, so that it may be read'

/** A file that the user chose in the dialog of the system: its path is shown, not typed. */
export function FileField({ field, value, problem, context, onChange }: FieldProps) {
  const { reportFailure } = useAppActions()
  const client = useQueryClient()
  const path = textValue(value)
  const { data: may } = useQuery({ ...mayReadQuery(context.provider, path), enabled: path !== '' })
  const choose = useMutation({
    mutationFn: () => call('clouds.chooseFile', { title: field.label }),
    onSuccess: async (chosen) => {
      if (chosen === null) return
      await client.invalidateQueries({ queryKey: mayReadQuery(context.provider, chosen.path).queryKey })
      onChange(chosen.path)
    },
    onError: reportFailure,
  })
  return (
    <Input.Wrapper
      label={field.label}
      description={field.help}
      error={problem ?? (may?.granted === false ? CHOOSE_AGAIN : undefined)}
      withAsterisk={field.required === true}
      labelElement="div"
    >
      <div className={styles.file}>
        <span className={styles.path}>{path === '' ? <span className="dim">No file is chosen</span> : <PathText path={path} />}</span>
        {path !== '' && (
          <ActionIcon aria-label={`${field.label}: use none`} onClick={() => onChange('')}>
            <X size={14} aria-hidden />
          </ActionIcon>
        )}
        <Button
          id={fieldElement(field.id)}
          size="xs"
          leftSection={<FileSearch size={14} aria-hidden />}
          aria-label={`${field.label}: choose a file`}
          disabled={choose.isPending}
          onClick={() => choose.mutate()}
        >
          Choose…
        </Button>
      </div>
    </Input.Wrapper>
  )
}
