// Loaded before a server that is measured: tells over the channel to its parent how much CPU it has taken, in µs.
process.on("message", (message) => {
  if (message !== "cpu") return;
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system });
});
// The channel alone keeps no server running.
process.channel?.unref();
