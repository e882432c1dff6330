import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { ACCOUNT, AwsState, newId } from './aws/aws-state.js'
import { type Answer, ebsAnswer, ebsProblem } from './aws/ebs-service.js'
import { ec2Answer, ec2Problem } from './aws/ec2-service.js'
import { escapeXml } from './aws/models.js'
import { quotasAnswer, quotasProblem } from './aws/quotas-service.js'
import { S3Objects, s3Problem } from './aws/s3-service.js'
import { type SignedRequest, type Verdict, verify } from './aws/sigv4.js'

/** Who may sign; a session token has to come with its key. */
export interface AwsKey {
  readonly id: string
  readonly secret: string
  readonly token?: string
}

export interface AwsServerOptions {
  readonly keys: readonly AwsKey[]
  readonly buckets?: readonly string[]
  readonly region?: string
}

/**
 * Amazon EBS, EC2, STS, IAM and a little of S3 for tests, all at one address: signatures are checked, requests are held against the models that
 * AWS publishes, and what is sent is kept. Written from AWS's public documents.
 */
export interface AwsServer {
  readonly url: string
  readonly state: AwsState
  readonly objects: S3Objects
  keys: readonly AwsKey[]
  /** Milliseconds that its clock is ahead. */
  aheadMs: number
  /** Requests with data that are still answered with 503. */
  busyFor: number
  /** The next request with data breaks off after a part of it. */
  cutNext: boolean
  /** Bytes of blocks and parts that it took. */
  received(): number
  /** `SERVICE OPERATION` of all requests that were signed well. */
  readonly requests: readonly string[]
  stop(): Promise<void>
}

export async function startAwsServer({ keys, buckets = [], region = 'eu-central-1' }: AwsServerOptions): Promise<AwsServer> {
  const state = new AwsState()
  const objects = new S3Objects(buckets, region)
  const requests: string[] = []
  const server = http.createServer((incoming, response) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const carriesData = incoming.method === 'PUT'
    incoming.on('data', (piece: Buffer) => {
      pieces.push(piece)
      bytes += piece.length
      if (!carriesData || !own.cutNext || bytes < 1024) return
      own.cutNext = false
      incoming.socket.destroy()
    })
    incoming.on('error', () => {})
    incoming.on('end', () => {
      const request = signedRequest(incoming, Buffer.concat(pieces))
      let answer: Answer
      if (carriesData && own.busyFor > 0) {
        own.busyFor--
        answer = { status: 503, headers: { 'retry-after': '0' }, body: '' }
      } else answer = answerTo(own, request, requests)
      const date = new Date(Date.now() + own.aheadMs).toUTCString()
      response.writeHead(answer.status, { date, 'x-amzn-requestid': newId(), ...answer.headers })
      response.end(answer.body)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const own: AwsServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    objects,
    keys,
    aheadMs: 0,
    busyFor: 0,
    cutNext: false,
    received: () => state.received + objects.received,
    requests,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return own
}

function signedRequest(incoming: http.IncomingMessage, body: Buffer): SignedRequest {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')])
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
  }
}

function answerTo(server: AwsServer, request: SignedRequest, requests: string[]): Answer {
  const verdict = verify(request, {
    secretOf: (id) => server.keys.find((key) => key.id === id)?.secret,
    now: Date.now() + server.aheadMs,
    // PutSnapshotBlock alone: the checksum header stands for the body (EBS API reference).
    mayLeaveBodyUnsigned: ({ service }) => service === 'ebs' && request.method === 'PUT',
  })
  const service = /\/([a-z0-9]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!verdict.ok) return refusal(service, verdict)
  const key = server.keys.find(({ id }) => id === verdict.scope.accessKey)
  if (key?.token !== request.headers['x-amz-security-token']) return expired(service)
  const { region } = verdict.scope
  if (service === 'ebs') {
    requests.push(`ebs ${request.method} ${request.target}`)
    return ebsAnswer(server.state, region, request)
  }
  if (service === 's3') {
    requests.push(`s3 ${request.method} ${request.target}`)
    return server.objects.answer(request)
  }
  if (service === 'servicequotas') {
    requests.push(`servicequotas ${request.headers['x-amz-target'] ?? ''}`)
    return quotasAnswer(server.state, region, request)
  }
  const params = new Map(new URLSearchParams(request.body.toString('utf8')))
  requests.push(`${service} ${params.get('Action') ?? ''}`)
  if (service === 'ec2') return ec2Answer(server.state, server.objects, region, params)
  return identity(service, params)
}

function identity(service: string, params: ReadonlyMap<string, string>): Answer {
  const action = params.get('Action')
  if (service === 'sts' && action === 'GetCallerIdentity') {
    const arn = `arn:aws:iam::${ACCOUNT}:user/ada`
    return queryAnswer(action, `<Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${ACCOUNT}</Account>`)
  }
  if (service === 'iam' && action === 'GetRole') {
    const name = params.get('RoleName') ?? ''
    if (name !== 'vmimport') return queryProblem(404, 'NoSuchEntity', `The role with name ${name} cannot be found.`)
    return queryAnswer(
      action,
      `<Role><RoleName>${name}</RoleName><RoleId>AROAEXAMPLE</RoleId><Path>/</Path><Arn>arn:aws:iam::${ACCOUNT}:role/${name}</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate></Role>`,
    )
  }
  return queryProblem(400, 'InvalidAction', `Could not find operation ${action ?? ''}`)
}

function queryAnswer(action: string, inside: string): Answer {
  const body = `<${action}Response><${action}Result>${inside}</${action}Result><ResponseMetadata><RequestId>${newId()}</RequestId></ResponseMetadata></${action}Response>`
  return { status: 200, headers: { 'content-type': 'text/xml' }, body }
}

function queryProblem(status: number, code: string, message: string): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse>${error}<RequestId>${newId()}</RequestId></ErrorResponse>`,
  }
}

/** Each service has its own words for a signature that it does not take. */
function refusal(service: string, { reason, words }: Extract<Verdict, { ok: false }>): Answer {
  if (service === 'ebs') {
    return reason === 'unknown-key'
      ? ebsProblem(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.')
      : ebsProblem(403, 'InvalidSignatureException', words)
  }
  if (service === 'servicequotas') {
    return quotasProblem(reason === 'unknown-key' ? 'UnrecognizedClientException' : 'InvalidSignatureException', words)
  }
  if (service === 'ec2')
    return ec2Problem(401, 'AuthFailure', reason === 'skewed' ? words : 'AWS was not able to validate the provided access credentials')
  if (service === 's3')
    return s3Problem(
      403,
      reason === 'skewed' ? 'RequestTimeTooSkewed' : reason === 'unknown-key' ? 'InvalidAccessKeyId' : 'SignatureDoesNotMatch',
      words,
    )
  return queryProblem(403, reason === 'unknown-key' ? 'InvalidClientTokenId' : 'SignatureDoesNotMatch', words)
}

function expired(service: string): Answer {
  const words = 'The security token included in the request is expired'
  if (service === 'ebs') return ebsProblem(403, 'ExpiredTokenException', words)
  if (service === 'ec2') return ec2Problem(400, 'RequestExpired', words)
  if (service === 'servicequotas') return quotasProblem('ExpiredTokenException', words)
  return service === 's3' ? s3Problem(400, 'ExpiredToken', words) : queryProblem(403, 'ExpiredToken', words)
}
