/** The activities of a worker: a factory over what they need of the world. */
import { askPerson } from './ask-person.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { goOnAfter, startAfterReview } from './eager-start.ts';
import { lookUpBibliography } from './look-up-bibliography.ts';
import { failVerification, makeAgain } from './make-again.ts';
import { failExport, makeExport } from './make-export.ts';
import { callModel } from './model-step.ts';
import { review } from './review/review-step.ts';
import { runPython } from './run-python.ts';
import { runTool } from './run-tool.ts';
import { takeScheduledTime } from './take-scheduled-time.ts';
import { finishCodeAgent, finishTurn } from './turn-end.ts';
import type { Activities, CodeActivities } from './types.ts';

export function createActivities(deps: ActivityDependencies): Activities {
  return {
    callModel: callModel(deps, (of, answer) => goOnAfter(deps, of, answer)),
    review: review(deps, (input, answer) => startAfterReview(deps, input, answer)),
    runTool: runTool(deps),
    askPerson: askPerson(deps),
    finishTurn: finishTurn(deps),
    finishCodeAgent: finishCodeAgent(deps),
    makeExport: makeExport(deps),
    failExport: failExport(deps),
    makeAgain: makeAgain(deps),
    failVerification: failVerification(deps),
    lookUpBibliography: lookUpBibliography(deps),
    takeScheduledTime: takeScheduledTime(deps),
  };
}

export function createCodeActivities(deps: ActivityDependencies): CodeActivities {
  return { runPython: runPython(deps) };
}
