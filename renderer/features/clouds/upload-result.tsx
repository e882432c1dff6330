import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck, ExternalLink, Link as LinkIcon, TriangleAlert } from 'lucide-react'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { call } from '../../api/client.js'
import { CommandBlock } from '../../components/command-block.js'
import { CopyButton } from '../../components/copy-button.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { TemporaryList } from './temporary-list.js'
import { sentWords, verifiedWords } from './upload-words.js'
import styles from './upload-result.module.css'

interface UploadResultViewProps {
  readonly result: UploadResult
  readonly upload: string
}

/** What is there now, how it is known to be right, and what to do with it. */
export function UploadResultView({ result, upload }: UploadResultViewProps) {
  const isProven = result.verified !== 'none'
  const shown = new Set(result.resources.map(({ url }) => url))
  // The page of what was made stands with it.
  const next = result.next.filter(({ command, url }) => command !== null || !shown.has(url))
  return (
    <div className={styles.result}>
      <ul className={styles.proofs}>
        <li data-tone={isProven ? 'green' : 'amber'}>
          {isProven ? <CircleCheck size={15} aria-hidden /> : <TriangleAlert size={15} aria-hidden />}
          {verifiedWords(result.verified)}
        </li>
        <li data-tone="dim">{sentWords(result)}</li>
      </ul>
      <section aria-label="What was made">
        <h3>What was made</h3>
        <ul className={styles.made}>
          {result.resources.map((made) => (
            <li key={`${made.kind}${made.id}`}>
              <div className={styles.line}>
                <span>
                  <span className="dim">{visibleText(made.kind)}</span> <strong>{visibleText(made.name)}</strong>
                </span>
              </div>
              <div className={styles.line}>
                <span className={`mono ${styles.id}`}>{visibleText(made.id)}</span>
                <CopyButton text={made.id} label={`Copy the id of ${made.name}`} />
              </div>
              {made.url !== null && <Link url={made.url} />}
            </li>
          ))}
        </ul>
      </section>
      {next.length > 0 && (
        <section aria-label="What to do with it">
          <h3>What to do with it</h3>
          <ul className={styles.next}>
            {next.map((step) => (
              <li key={step.title}>
                <p>{visibleText(step.title)}</p>
                {step.command !== null && <CommandBlock commands={[step.command]} />}
                {step.url !== null && <Link url={step.url} />}
              </li>
            ))}
          </ul>
        </section>
      )}
      {result.share !== undefined && <ShareLink upload={upload} hours={result.share.hours} />}
      {result.temporary.length > 0 && (
        <section aria-label="Left there">
          <h3>Left there, not part of the result</h3>
          <TemporaryList upload={upload} remotes={result.temporary} />
        </section>
      )}
    </div>
  )
}

/** A link is a secret: it is made when it is asked for, and forgotten with what shows it. */
function ShareLink({ upload, hours }: { readonly upload: string; readonly hours: number }) {
  const make = useMutation({ mutationFn: () => call('clouds.shareLink', { upload }), gcTime: 0 })
  return (
    <section aria-label="Link that needs no account">
      <h3>Link that needs no account</h3>
      <p className="dim">Whoever has it may read the object for {count(hours, 'hour')}. It is kept nowhere.</p>
      {make.data !== undefined && <Link url={make.data.url} />}
      {make.isError && <ErrorNotice error={make.error} />}
      <Button size="xs" leftSection={<LinkIcon size={13} aria-hidden />} loading={make.isPending} onClick={() => make.mutate()}>
        {make.data === undefined ? 'Make the link' : 'Make another one'}
      </Button>
    </section>
  )
}

/** An address is shown before it is opened, and only one of the web with TLS is. */
function Link({ url }: { readonly url: string }) {
  const shown = visibleText(url)
  return (
    <div className={styles.line}>
      {url.startsWith('https://') ? (
        <a className={`mono ${styles.url}`} href={url} target="_blank" rel="noreferrer" title={`Open in the browser: ${shown}`}>
          <ExternalLink size={13} aria-hidden />
          <span>{shown}</span>
        </a>
      ) : (
        <span className={`mono ${styles.id}`}>{shown}</span>
      )}
      <CopyButton text={url} label={`Copy the address ${shown}`} />
    </div>
  )
}
