import { SignatureV4 } from '@smithy/signature-v4'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { CloudContext } from '../cloud-provider.js'
import { Sha256 } from '../s3/sha256.js'
import { createRestNetwork, type RestAnswer } from '../transfer/rest-network.js'
import type { AwsSession } from './aws-session.js'

export interface SignedPost {
  /** For people: `AWS IAM`. */
  readonly title: string
  /** As it stands in the signature: `iam`. */
  readonly service: string
  readonly region: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One signed request to a service that is asked too little for a client of its own. Throws what the network throws. */
export async function signedPost(
  ctx: CloudContext,
  values: FieldValues,
  { credentials }: Pick<AwsSession, 'credentials'>,
  { title, service, region, url, headers: own, body }: SignedPost,
): Promise<RestAnswer> {
  const { headers } = await new SignatureV4({ service, region, credentials, sha256: Sha256 }).sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host, ...own },
    body,
  })
  const ca = textOf(values, 'ca')
  const network = createRestNetwork({ service: title, env: ctx.host.env, signal: ctx.signal, ...(ca === '' ? {} : { ca }) })
  try {
    return await network.send({ method: 'POST', url, headers, body })
  } finally {
    await network.close()
  }
}
