/** The process in which one picture is made fit for a model (see make-picture.ts). */
import { buffer } from 'node:stream/consumers';
import { scalePicture } from './scale-picture.ts';

process.stdout.write(JSON.stringify(await scalePicture(await buffer(process.stdin))));
