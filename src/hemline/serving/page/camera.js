// Takes a photo with the camera of a phone or a computer.
import { $ } from "./elements.js";

export async function openCamera(whenTaken, whenNot) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    whenNot("Expected a camera that may be used, received none; choose a picture instead.");
    return;
  }
  const dialog = $("camera-dialog"), video = $("video");
  video.srcObject = stream;
  await video.play();
  $("shoot").onclick = async () => {
    const photo = await still(video);
    dialog.close();
    whenTaken(photo);
  };
  $("close-camera").onclick = () => dialog.close();
  dialog.onclose = () => stream.getTracks().forEach((track) => track.stop());
  dialog.showModal();
}

function still(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}
