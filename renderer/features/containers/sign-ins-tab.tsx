import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, LogIn, LogOut } from 'lucide-react'
import type { SignIn } from '#shared/containers/container-requests'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { GuestText } from '../../components/guest-text.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './choice-table.module.css'
import { signInsQuery } from './container-queries.js'
import { KEPT_WORDS } from './container-words.js'
import part from './storage-tab.module.css'

/** Who is signed in where, and where that is kept; never the secret itself. */
export function SignInsTab() {
  const signIns = useQuery(signInsQuery)
  const { signIn } = useAppActions()
  const ask = (
    <Button leftSection={<LogIn size={16} aria-hidden />} onClick={() => signIn('')}>
      Sign in…
    </Button>
  )
  if (signIns.isPending) return <SkeletonRows rows={4} />
  if (signIns.isError) return <ErrorNotice error={signIns.error} onRetry={() => void signIns.refetch()} />
  if (signIns.data.signIns.length === 0) {
    return (
      <EmptyState icon={KeyRound} title="Nobody is signed in" actions={ask}>
        <p>A registry that wants it asks by itself. What podman and docker know shows here, too.</p>
      </EmptyState>
    )
  }
  return (
    <section className={part.part} aria-label="Sign-ins">
      <div className={part.bar}>
        <p className="dim">Tried in this order: this session, the keyring, auth files of podman and docker, credential helpers.</p>
        {ask}
      </div>
      <div className={`card ${styles.scroller}`}>
        <table className={styles.table} aria-label="Sign-ins">
          <thead>
            <tr>
              <th scope="col">Registry</th>
              <th scope="col">User</th>
              <th scope="col">Kept</th>
              <th scope="col" aria-label="Sign out" />
            </tr>
          </thead>
          <tbody>
            {signIns.data.signIns.map((known) => (
              <SignInRow key={`${known.registry} ${known.kept} ${known.where ?? ''}`} signIn={known} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function SignInRow({ signIn }: { readonly signIn: SignIn }) {
  const { reportFailure } = useAppActions()
  const client = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => call('containers.signOut', { registry: signIn.registry }),
    onSuccess: () => client.invalidateQueries({ queryKey: signInsQuery.queryKey }),
    onError: reportFailure,
  })
  return (
    <tr>
      <th scope="row" className={styles.path}>
        <GuestText text={signIn.registry} />
      </th>
      <td className={styles.path}>{signIn.user === null ? <span className="faint">not said</span> : <GuestText text={signIn.user} />}</td>
      <td>
        {KEPT_WORDS[signIn.kept]}
        {signIn.where !== null && <span className={`${styles.under} ${styles.path}`}>{visibleText(signIn.where)}</span>}
      </td>
      <td className={styles.buttons}>
        <Button
          size="xs"
          leftSection={<LogOut size={14} aria-hidden />}
          loading={signOut.isPending}
          aria-label={`Sign out of ${visibleText(signIn.registry)}`}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Button>
      </td>
    </tr>
  )
}
