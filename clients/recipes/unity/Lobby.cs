// The lobby in .NET and Unity (desktop, mobile), as a sample to start from: it is read here, neither
// compiled nor run. WebGL has no ClientWebSocket: there, put lobby.js behind a .jslib.
//
//   var lobby = new Lobby(new Uri("wss://lobby.example/ws"));
//   lobby.Changed += (topic, state) => Debug.Log($"{topic}: {state}");
//   _ = lobby.Run(destroyCancellationToken);
//   lobby.Watch("sessions");
//   var reply = await lobby.Command("session.join", new() { ["session"] = id });

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;

public sealed class Refused : Exception
{
    public string Code { get; }
    public Refused(string code, string message) : base(message) => Code = code;
}

public sealed class Lobby
{
    private sealed class Topic
    {
        public JsonNode? State;
        public string? Epoch;
        public long Version;
    }

    private readonly Uri _url;
    private readonly Random _random = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _waiting = new();
    private readonly ConcurrentDictionary<string, Topic> _topics = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private ClientWebSocket? _socket;
    private bool _live;

    public string? Token;
    public event Action<string, JsonNode?>? Changed;
    public event Action<string, string>? Ended;

    public Lobby(Uri url, string? token = null) => (_url, Token) = (url, token);

    /// <summary>Until it is cancelled, or the lobby says stop (4500 to 4999): returns that code.</summary>
    public async Task<int> Run(CancellationToken stop)
    {
        for (var failures = 0; ; failures++)
        {
            var code = await Connection(() => failures = 0, stop);
            _live = false;
            foreach (var one in _waiting.Values) one.TrySetException(new IOException("the connection was lost"));
            _waiting.Clear();
            if (code is >= 4500 and <= 4999) return code;
            var longest = Math.Min(30.0, 0.5 * Math.Pow(2, Math.Min(failures, 10)));
            await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * longest), stop);
        }
    }

    public void Watch(string topic)
    {
        _topics.TryAdd(topic, new Topic());
        if (_live) Ask(topic);
    }

    /// <summary>Throws Refused; IOException where the connection is lost: it may have been done.</summary>
    public async Task<JsonObject> Command(string type, Dictionary<string, JsonNode?> fields)
    {
        var id = Guid.NewGuid().ToString("N");
        var said = new JsonObject(fields) { ["type"] = type, ["id"] = id };
        var answer = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        await Send(said);
        return await answer.Task;
    }

    private async Task<int> Connection(Action live, CancellationToken stop)
    {
        using var socket = _socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("lobby.v1");
        try
        {
            await socket.ConnectAsync(_url, stop);
            var reading = Read(socket, stop);
            var hello = new Dictionary<string, JsonNode?>();
            if (Token is null) hello["anonymous"] = true;
            else hello["token"] = Token;
            var welcome = await Command("hello", hello);
            Token = (string?)welcome["token"] ?? Token;
            _live = true;
            live();
            foreach (var topic in _topics.Keys) Ask(topic);
            var beat = TimeSpan.FromMilliseconds((double?)welcome["heartbeat_ms"] ?? 20_000);
            while (await Task.WhenAny(reading, Task.Delay(beat, stop)) != reading)
                _ = Command("ping", new());
            await reading;
        }
        catch (Exception error) when (error is WebSocketException or IOException or Refused) { }
        return (int?)socket.CloseStatus ?? 1006;
    }

    private async Task Read(ClientWebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            using var message = new MemoryStream();
            WebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), stop);
                if (part.MessageType == WebSocketMessageType.Close) throw new IOException("closed");
                message.Write(buffer, 0, part.Count);
            } while (!part.EndOfMessage);
            var said = JsonNode.Parse(message.ToArray());
            foreach (var frame in said is JsonArray list ? (IEnumerable<JsonNode?>)list : new[] { said })
                if (frame is JsonObject one) Take(one);
        }
    }

    private void Take(JsonObject frame)
    {
        var topic = (string?)frame["topic"] ?? "";
        switch ((string?)frame["type"])
        {
            case "reply" when _waiting.TryRemove((string?)frame["re"] ?? "", out var one):
                one.TrySetResult((JsonObject)frame["result"]!);
                break;
            case "refusal" when _waiting.TryRemove((string?)frame["re"] ?? "", out var one):
                one.TrySetException(new Refused((string)frame["code"]!, (string?)frame["message"] ?? ""));
                break;
            case "state" when _topics.TryGetValue(topic, out var known):
                (known.Epoch, known.Version) = ((string?)frame["epoch"], (long)frame["version"]!);
                known.State = frame["state"]?.DeepClone();
                Changed?.Invoke(topic, known.State);
                break;
            case "patch" when _topics.TryGetValue(topic, out var known):
                Fold(topic, known, frame);
                break;
            case "ended":
                _topics.TryRemove(topic, out _);
                Ended?.Invoke(topic, (string?)frame["code"] ?? "");
                break;
        }
    }

    private void Fold(string topic, Topic known, JsonObject frame)
    {
        var version = (long)frame["version"]!;
        if (version <= known.Version) return;
        if ((long)frame["since"]! != known.Version)
        {
            Ask(topic);
            return;
        }
        (known.State, known.Version) = (Merged(known.State, frame["patch"]), version);
        Changed?.Invoke(topic, known.State);
    }

    /// <summary>A merge patch (RFC 7396): objects merge, null removes, everything else replaces.</summary>
    private static JsonNode? Merged(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var whole = target is JsonObject before ? (JsonObject)before.DeepClone() : new JsonObject();
        foreach (var (key, value) in changes)
        {
            if (value is null) whole.Remove(key);
            else whole[key] = Merged(whole[key], value);
        }
        return whole;
    }

    private void Ask(string topic)
    {
        var fields = new Dictionary<string, JsonNode?> { ["topic"] = topic };
        if (_topics.TryGetValue(topic, out var known) && known.Epoch is not null)
            fields["known"] = new JsonObject { ["epoch"] = known.Epoch, ["version"] = known.Version };
        _ = Command("watch", fields);
    }

    private async Task Send(JsonObject said)
    {
        await _sending.WaitAsync();
        try
        {
            var text = new ArraySegment<byte>(Encoding.UTF8.GetBytes(said.ToJsonString()));
            await _socket!.SendAsync(text, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }
}
