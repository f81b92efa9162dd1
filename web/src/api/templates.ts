/** The REST calls about templates (docs/protocol.md, REST). */
import type { z } from 'zod';
import type {
  NewTemplate,
  OutlineSection,
  Template,
  templateSummary,
} from '../../../src/protocol/templates.ts';
import type { Http } from './http.ts';

export type { NewTemplate, OutlineSection, Template };
/** As a list has it: without its text. */
export type TemplateSummary = z.infer<typeof templateSummary>;

export async function listTemplates(http: Http): Promise<TemplateSummary[]> {
  return (await http.json<{ items: TemplateSummary[] }>('GET', '/api/templates')).items;
}

export function getTemplate(http: Http, id: string): Promise<Template> {
  return http.json('GET', `/api/templates/${id}`);
}

export async function getOutline(http: Http, id: string): Promise<OutlineSection[]> {
  return (await http.json<{ items: OutlineSection[] }>('GET', `/api/templates/${id}/outline`)).items;
}

export function createTemplate(http: Http, template: NewTemplate): Promise<Template> {
  return http.json('POST', '/api/templates', template);
}

export function changeTemplate(http: Http, id: string, change: Partial<NewTemplate>): Promise<Template> {
  return http.json('PATCH', `/api/templates/${id}`, change);
}

export function deleteTemplate(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/templates/${id}`);
}
