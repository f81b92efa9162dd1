/** The REST calls about models (docs/protocol.md, REST). */
import type { z } from 'zod';
import type {
  LearnedFact,
  limitsQuestion,
  Model,
  ModelTest,
  modelChange,
  modelLimits,
  newModel,
} from '../../../src/protocol/models.ts';
import type { Http } from './http.ts';

export type { LearnedFact, Model, ModelTest };
export type ModelRole = Model['role'];
export type NewModel = z.input<typeof newModel>;
export type ModelChange = z.input<typeof modelChange>;
export type LimitsQuestion = z.input<typeof limitsQuestion>;
export type ModelLimits = z.infer<typeof modelLimits>;

export async function listModels(http: Http): Promise<Model[]> {
  return (await http.json<{ items: Model[] }>('GET', '/api/models')).items;
}

export function createModel(http: Http, model: NewModel): Promise<Model> {
  return http.json('POST', '/api/models', model);
}

export function changeModel(http: Http, id: string, change: ModelChange): Promise<Model> {
  return http.json('PATCH', `/api/models/${id}`, change);
}

export function deleteModel(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/models/${id}`);
}

/** One tiny call; takes as long as the model does, 20 s at most. */
export function testModel(http: Http, id: string): Promise<ModelTest> {
  return http.json('POST', `/api/models/${id}/test`);
}

/** What a model takes, gives and costs, each figure with where it comes from (M7). */
export function findLimits(http: Http, question: LimitsQuestion): Promise<ModelLimits> {
  return http.json('POST', '/api/models/limits', question);
}

/** What the server of a model has refused, newest first; `server`: of the server's own model. */
export async function listLearned(http: Http, id: string): Promise<LearnedFact[]> {
  return (await http.json<{ items: LearnedFact[] }>('GET', `/api/models/${id}/learned`)).items;
}

export function forgetLearned(http: Http, id: string): Promise<void> {
  return http.json('DELETE', `/api/models/${id}/learned`);
}
