import socket
import json
import os
import sys

SOCKET_PATH = sys.argv[1]

def listen_for_events():
    if os.path.exists(SOCKET_PATH):
        os.unlink(SOCKET_PATH)
    
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(SOCKET_PATH)
    sock.listen(1)
    
    print(f"Listening on {SOCKET_PATH}")
    
    while True:
        connection, client_address = sock.accept()
        try:
            data = connection.recv(1024)
            if data:
                event = json.loads(data.decode('utf-8'))
                print(f"Received event: {event['EventType']}")
                # Process the event based on its type
                process_event(event)
        finally:
            connection.close()

def process_event(event):
    event_type = event['EventType']
    instance_name = event['Data']['InstanceName']
    
    if event_type == 'instance_started':
        print(f"Server {instance_name} has started!")
    elif event_type == 'instance_stopped':
        print(f"Server {instance_name} has stopped!")
    # Handle other event types as needed

listen_for_events()
