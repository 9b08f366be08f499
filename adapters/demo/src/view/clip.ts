/** A clip of the world as it is drawn, until it is ended: WebM, as browsers record it. */

const KINDS = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm'];
const FRAMES_PER_SECOND = 30;
const BITS_PER_SECOND = 8_000_000;

export class Clip {
  private readonly recorder: MediaRecorder;
  private readonly parts: Blob[] = [];

  /** Throws where a browser records no clips. */
  constructor(canvas: HTMLCanvasElement) {
    const kind = typeof MediaRecorder === 'undefined' ? undefined : KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    if (!kind || !('captureStream' in canvas)) throw new Error('This browser records no clips');
    this.recorder = new MediaRecorder(canvas.captureStream(FRAMES_PER_SECOND), { mimeType: kind, videoBitsPerSecond: BITS_PER_SECOND });
    this.recorder.addEventListener('dataavailable', ({ data }) => this.parts.push(data));
    this.recorder.start();
  }

  async end(): Promise<Blob> {
    const ended = new Promise((resolve) => this.recorder.addEventListener('stop', resolve, { once: true }));
    this.stop();
    await ended;
    return new Blob(this.parts, { type: 'video/webm' });
  }

  /** Nobody wants it. */
  drop(): void {
    if (this.recorder.state !== 'inactive') this.stop();
  }

  private stop(): void {
    this.recorder.stop();
    for (const track of this.recorder.stream.getTracks()) track.stop();
  }
}
