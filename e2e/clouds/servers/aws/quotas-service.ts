import { ACCOUNT, type AwsState } from './aws-state.js'
import type { Answer } from './ebs-service.js'
import { checkShape, loadModel, ShapeError, textIn, type Values } from './models.js'
import type { SignedRequest } from './sigv4.js'

const MODEL = loadModel('service-quotas', '2019-06-24')

/** Two operations of Service Quotas, by its API reference: JSON 1.1, the operation named by a header. */
export function quotasAnswer(state: AwsState, region: string, request: SignedRequest): Answer {
  const operation = /^ServiceQuotasV20190624\.(\w+)$/.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? ''
  const shapes = MODEL.operations[operation]
  if (!['GetServiceQuota', 'GetAWSDefaultServiceQuota'].includes(operation) || shapes?.input === undefined || shapes.output === undefined) {
    return quotasProblem('UnknownOperationException', `There is no operation ${operation}`)
  }
  if (request.headers['content-type'] !== 'application/x-amz-json-1.1') return quotasProblem('SerializationException', 'Is no JSON 1.1')
  try {
    const input = checkShape(MODEL, shapes.input.shape, JSON.parse(request.body.toString('utf8')), 'Request') as Values
    if (!state.mayAskQuotas) {
      return quotasProblem('AccessDeniedException', `User: ada is not authorized to perform: servicequotas:${operation}`)
    }
    const [service, code] = [textIn(input.ServiceCode), textIn(input.QuotaCode)]
    const quota = state.quotas.get(`${service} ${code}`)
    if (quota === undefined || (quota.usual && operation === 'GetServiceQuota')) {
      return quotasProblem('NoSuchResourceException', 'The request failed because the specified resource does not exist.')
    }
    const output = {
      Quota: {
        ServiceCode: service,
        QuotaArn: `arn:aws:servicequotas:${region}:${ACCOUNT}:${service}/${code}`,
        QuotaCode: code,
        QuotaName: quota.name,
        Value: quota.value,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: false,
      },
    }
    return json(200, checkShape(MODEL, shapes.output.shape, output, 'Response'))
  } catch (thrown) {
    if (thrown instanceof ShapeError) return quotasProblem('IllegalArgumentException', thrown.message)
    throw thrown
  }
}

export function quotasProblem(type: string, Message: string): Answer {
  return json(400, { __type: type, Message })
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) }
}
