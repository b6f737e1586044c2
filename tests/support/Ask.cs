using System;
using System.Net.Security;
using System.Net.Sockets;

/// Ask NAME PORT…: connects to each port on loopback as NAME, and answers 1 or 0 a line. What is trusted .NET finds
/// itself: SSL_CERT_FILE and SSL_CERT_DIR are read once a process.
static class Ask
{
    static bool Accepts(int port, string name)
    {
        using (var connection = new TcpClient("127.0.0.1", port))
        using (var stream = new SslStream(connection.GetStream()))
        {
            try
            {
                stream.AuthenticateAsClient(name);
                return true;
            }
            catch (Exception refused) when (!(refused is SocketException))
            {
                return false;
            }
        }
    }

    static void Main(string[] words)
    {
        for (int i = 1; i < words.Length; i++)
            Console.WriteLine(Accepts(int.Parse(words[i]), words[0]) ? 1 : 0);
    }
}
