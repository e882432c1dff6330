import { Modal, Radio, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogIn } from 'lucide-react'
import { useState } from 'react'
import { toAppError } from '#shared/errors/app-error'
import type { SignInRequest } from '#shared/containers/container-requests'
import { call } from '../../api/client.js'
import { DialogBody, FormRow, SubmitFooter } from '../../components/form-row.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { signInsQuery } from './container-queries.js'
import { accessOf, useContainersStore } from './containers-store.js'
import styles from './sign-in-dialog.module.css'
import { useSignInStore } from './sign-in-store.js'

/** Who signs in at a registry, and where that is kept. It is tried at the registry before anything is kept. */
export function SignInDialog({ registry: given }: { readonly registry: string }) {
  const { goOn, close } = useSignInStore()
  const client = useQueryClient()
  const known = useQuery(signInsQuery)
  const plainHosts = useContainersStore((store) => store.plainHosts)
  const [registry, setRegistry] = useState(given)
  const [user, setUser] = useState('')
  const [secret, setSecret] = useState('')
  const [keep, setKeep] = useState<SignInRequest['keep']>('session')
  const keyring = known.data?.keyring ?? null
  const host = registry.trim()
  const signIn = useMutation({
    mutationFn: () =>
      call('containers.signIn', { registry: host, user: user.trim(), secret, keep, access: accessOf(`${host}/any`, plainHosts) }),
    onSuccess: () => {
      close()
      void client.invalidateQueries({ queryKey: signInsQuery.queryKey })
      // What was refused for want of it goes on by itself.
      void client.invalidateQueries({ predicate: ({ queryKey, state }) => queryKey[0] === 'containers' && state.status === 'error' })
      goOn()
    },
  })
  const isReady = host !== '' && user.trim() !== '' && secret !== ''

  return (
    <Modal
      opened
      onClose={close}
      title={given === '' ? 'Sign in to a registry' : `Sign in to ${visibleText(given)}`}
      size={540}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady && !signIn.isPending) signIn.mutate()
        }}
      >
        <DialogBody>
          {given === '' && (
            <FormRow name="Registry">
              <TextInput
                aria-label="Registry"
                placeholder="registry.example:5000"
                value={registry}
                onChange={(event) => setRegistry(event.currentTarget.value)}
                spellCheck={false}
                data-autofocus
              />
            </FormRow>
          )}
          <FormRow name="User">
            <TextInput
              aria-label="User"
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              spellCheck={false}
              autoComplete="off"
              data-autofocus={given === '' ? undefined : true}
            />
          </FormRow>
          <FormRow name="Password">
            <TextInput
              type="password"
              aria-label="Password or token"
              placeholder="or an access token"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
              autoComplete="off"
            />
          </FormRow>
          <FormRow name="Keep it">
            <NamedRadioGroup name="Keep it" value={keep} onChange={(value) => setKeep(value)}>
              <div className={styles.options}>
                <Radio size="xs" value="session" label="Until Diskwright is closed" description="In memory alone; nothing is written." />
                <Radio
                  size="xs"
                  value="keyring"
                  disabled={keyring === null}
                  label={keyring === null ? 'In the keyring' : `In ${visibleText(keyring)}`}
                  description={keyring === null ? 'This machine has none that encrypts.' : 'Encrypted by the system.'}
                />
                <Radio
                  size="xs"
                  value="auth-file"
                  label="In podman's auth file"
                  description="podman, skopeo and buildah use it too. It is not encrypted: who can read the file can read the password."
                />
              </div>
            </NamedRadioGroup>
          </FormRow>
          {signIn.isError && <Refused error={signIn.error} />}
        </DialogBody>
        <SubmitFooter word="Sign in" icon={LogIn} isReady={isReady} isStarting={signIn.isPending} onCancel={close} />
      </form>
    </Modal>
  )
}

/** A refusal is answered here, by typing it again. */
function Refused({ error }: { readonly error: unknown }) {
  const { code } = toAppError(error)
  if (code !== 'sign-in-needed') return <ErrorNotice error={error} />
  return (
    <div role="alert">
      <Note tone="red" title="The registry refused this sign-in">
        <p>The user or the password is wrong, or the token has ended. Nothing was kept.</p>
      </Note>
    </div>
  )
}
