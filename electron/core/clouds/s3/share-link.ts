import { SignatureV4 } from '@smithy/signature-v4'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { CloudContext } from '../cloud-provider.js'
import { openS3 } from './s3-client.js'
import { objectUrl } from './s3-result.js'
import { Sha256 } from './sha256.js'

/**
 * A link that needs no account, signed here without asking anyone (AWS Signature Version 4, "Authenticating requests: using query parameters").
 * Throws `sign-in-needed` where a secret is not there any more.
 */
export async function shareLink(
  ctx: CloudContext,
  values: FieldValues,
  { resource: key, hours }: { readonly resource: string; readonly hours: number },
): Promise<string> {
  const access = await openS3(ctx, values)
  try {
    const url = new URL(objectUrl(access, textOf(values, 'bucket'), key))
    const signer = new SignatureV4({
      credentials: await access.credentials(),
      region: access.place.region,
      service: 's3',
      sha256: Sha256,
      // S3 signs names as they are sent.
      uriEscapePath: false,
    })
    const { query = {} } = await signer.presign(
      {
        method: 'GET',
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port === '' ? {} : { port: Number(url.port) }),
        path: url.pathname,
        // A link signs no content.
        headers: { host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn: hours * 3600 },
    )
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
    return url.href
  } finally {
    access.close()
  }
}
