import type { Tag, TagSpecification, ResourceType } from '@aws-sdk/client-ec2'
import type { FieldValues } from '#shared/clouds/field'
import { tagsOf } from '#shared/clouds/read-values'

/** Things that were made just before a break, whose ids nobody was told, are found again by it. */
export const UPLOAD_TAG = 'diskwright-upload'

export function ebsTags(values: FieldValues, token: string): { Key: string; Value: string }[] {
  const own = Object.entries(tagsOf(values, 'tags')).map(([Key, Value]) => ({ Key, Value }))
  return [...own, { Key: UPLOAD_TAG, Value: token }]
}

export function tagAll(types: readonly ResourceType[], values: FieldValues, token: string): TagSpecification[] {
  const tags: Tag[] = ebsTags(values, token)
  return types.map((ResourceType) => ({ ResourceType, Tags: tags }))
}
